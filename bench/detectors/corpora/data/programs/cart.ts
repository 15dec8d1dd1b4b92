type Money = { amount: number; currency: "EUR" | "USD" | "GBP" };

interface Line {
  readonly sku: string;
  readonly title: string;
  readonly price: Money;
  quantity: number;
}

export class Cart {
  private lines = new Map<string, Line>();

  add(line: Omit<Line, "quantity">, quantity = 1): void {
    const known = this.lines.get(line.sku);
    if (known) {
      known.quantity += quantity;
    } else {
      this.lines.set(line.sku, { ...line, quantity });
    }
  }

  remove(sku: string): boolean {
    return this.lines.delete(sku);
  }

  total(currency: Money["currency"]): Money {
    let amount = 0;
    for (const { price, quantity } of this.lines.values()) {
      if (price.currency !== currency) {
        throw new Error(`expected ${currency}, got ${price.currency}`);
      }
      amount += price.amount * quantity;
    }
    return { amount: Math.round(amount * 100) / 100, currency };
  }
}

export const initialState = {
  loading: false,
  error: null as string | null,
  name: "",
  email: "",
  street: "",
  city: "",
  country: "",
};

export function reducer(state: typeof initialState, action: { type: string; payload?: string }) {
  switch (action.type) {
    case "loading":
      return { ...state, loading: true, error: null };
    case "failed":
      return { ...state, loading: false, error: action.payload ?? "unknown" };
    case "name":
      return { ...state, name: action.payload ?? "" };
    case "email":
      return { ...state, email: action.payload ?? "" };
    case "street":
      return { ...state, street: action.payload ?? "" };
    case "city":
      return { ...state, city: action.payload ?? "" };
    case "country":
      return { ...state, country: action.payload ?? "" };
    default:
      return state;
  }
}
