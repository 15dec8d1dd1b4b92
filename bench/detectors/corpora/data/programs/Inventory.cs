using System;
using System.Collections.Generic;
using System.Linq;

namespace Warehouse;

public record Item(string Sku, string Name, int Quantity, decimal Price);

public class Inventory
{
    private readonly Dictionary<string, Item> _items = new();

    public event EventHandler<Item>? RunningLow;

    public int Count => _items.Count;
    public decimal Value => _items.Values.Sum(item => item.Price * item.Quantity);

    public void Receive(string sku, string name, int quantity, decimal price)
    {
        if (quantity <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(quantity));
        }
        _items[sku] = _items.TryGetValue(sku, out var known)
            ? known with { Quantity = known.Quantity + quantity, Price = price }
            : new Item(sku, name, quantity, price);
    }

    public void Ship(string sku, int quantity)
    {
        if (quantity <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(quantity));
        }
        if (!_items.TryGetValue(sku, out var item))
        {
            throw new KeyNotFoundException(sku);
        }
        if (item.Quantity < quantity)
        {
            throw new InvalidOperationException($"only {item.Quantity} of {sku} left");
        }
        var left = item with { Quantity = item.Quantity - quantity };
        _items[sku] = left;
        if (left.Quantity < 5)
        {
            RunningLow?.Invoke(this, left);
        }
    }
}
