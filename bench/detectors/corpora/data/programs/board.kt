package org.example.life

data class Cell(val row: Int, val column: Int) {
    fun neighbours(): List<Cell> = listOf(
        Cell(row - 1, column - 1), Cell(row - 1, column), Cell(row - 1, column + 1),
        Cell(row, column - 1), Cell(row, column + 1),
        Cell(row + 1, column - 1), Cell(row + 1, column), Cell(row + 1, column + 1),
    )
}

class Board(private val alive: Set<Cell>) {
    fun next(): Board {
        val counts = alive.flatMap { it.neighbours() }.groupingBy { it }.eachCount()
        val survivors = counts.filter { (cell, count) -> count == 3 || (count == 2 && cell in alive) }
        return Board(survivors.keys)
    }

    override fun toString(): String {
        val rows = 0 until 8
        val columns = 0 until 24
        return rows.joinToString("\n") { row ->
            columns.joinToString("") { column -> if (Cell(row, column) in alive) "#" else "." }
        }
    }
}

fun main() {
    var board = Board(setOf(Cell(1, 2), Cell(2, 3), Cell(3, 1), Cell(3, 2), Cell(3, 3)))
    repeat(4) {
        println(board)
        println()
        board = board.next()
    }
}
