<?php
declare(strict_types=1);

namespace App\Report;

final class MonthlyReport
{
    /** @param array<string, float> $amounts */
    public function __construct(
        private readonly string $month,
        private array $amounts = [],
    ) {
    }

    public function add(string $account, float $amount): void
    {
        $this->amounts[$account] = ($this->amounts[$account] ?? 0.0) + $amount;
    }

    public function html(): string
    {
        $html = '<h1>' . htmlspecialchars($this->month) . '</h1>';
        $html .= '<table>';
        $html .= '<tr><th>Account</th><th>Amount</th></tr>';
        foreach ($this->amounts as $account => $amount) {
            $html .= '<tr>';
            $html .= '<td>' . htmlspecialchars($account) . '</td>';
            $html .= '<td>' . number_format($amount, 2) . '</td>';
            $html .= '</tr>';
        }
        $html .= '</table>';
        return $html;
    }
}
