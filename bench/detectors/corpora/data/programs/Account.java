package org.example.bank;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

public final class Account {
    private final String number;
    private final String owner;
    private final List<Booking> bookings = new ArrayList<>();
    private BigDecimal balance = BigDecimal.ZERO;

    public Account(String number, String owner) {
        this.number = Objects.requireNonNull(number, "number");
        this.owner = Objects.requireNonNull(owner, "owner");
    }

    public String getNumber() {
        return number;
    }

    public String getOwner() {
        return owner;
    }

    public BigDecimal getBalance() {
        return balance;
    }

    public List<Booking> getBookings() {
        return Collections.unmodifiableList(bookings);
    }

    public synchronized void deposit(BigDecimal amount) {
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("amount must be positive: " + amount);
        }
        balance = balance.add(amount);
        bookings.add(new Booking(Instant.now(), amount));
    }

    public synchronized void withdraw(BigDecimal amount) {
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("amount must be positive: " + amount);
        }
        if (balance.compareTo(amount) < 0) {
            throw new IllegalStateException("balance is too low: " + balance);
        }
        balance = balance.subtract(amount);
        bookings.add(new Booking(Instant.now(), amount.negate()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Account account && number.equals(account.number);
    }

    @Override
    public int hashCode() {
        return number.hashCode();
    }

    public record Booking(Instant at, BigDecimal amount) {}
}
