"""Vocabulary of the generators: ordinary names and things, written for this evaluation."""


def _listed(words: str) -> tuple[str, ...]:
    """Divide at the commas: a line for every word would make this file unreadable."""
    return tuple(words.split(", "))


FIRST_NAMES = _listed(
    "Ada, Amir, Beatrix, Carlos, Chen, Dina, Elif, Emeka, Fatima, Georg, Hana, Ines, Ivan, Jonas, Kofi, Leila, Lucia, Mateo, Mei, "
    "Nadia, Olu, Oskar, Priya, Quentin, Rosa, Samuel, Sofia, Tomas, Uma, Viktor, Wanda, Yusuf, Zofia"
)
SURNAMES = _listed(
    "Abbott, Almeida, Bakker, Bianchi, Costa, Dahl, Diallo, Eriksen, Fischer, Garcia, Haddad, Ito, Jensen, Kaya, Kowalski, Lindqvist, "
    "Marlowe, Moreau, Nguyen, Okafor, Patel, Quinn, Rossi, Schmidt, Silva, Tanaka, Ueda, Varga, Weber, Yilmaz, Zhang"
)
CITIES = _listed(
    "Aarhus, Bergen, Bologna, Cardiff, Dakar, Esbjerg, Freiburg, Ghent, Hanoi, Izmir, Jaipur, Kigali, Lagos, Lyon, Malmo, Nantes, "
    "Oaxaca, Porto, Quito, Riga, Seville, Tartu, Utrecht, Valencia, Windhoek, Yerevan, Zagreb"
)
GOODS = _listed(
    "desk lamp, garden hose, rain jacket, coffee grinder, bicycle pump, notebook, wool blanket, kettle, screwdriver set, "
    "picture frame, bread knife, backpack, table clock, water bottle, chess set, umbrella"
)
COLOURS = _listed("black, white, red, green, blue, grey, yellow, brown")
SUBJECTS = _listed(
    "the weather, the new timetable, the school roof, the harbour wall, last year's budget, the choir's concert, the lost parcel, "
    "the village well, the museum's loan, the bicycle path, the apple harvest, the broken lift"
)
TASKS = _listed(
    "book the hall, call the plumber, return the library books, print the tickets, water the tomatoes, pay the electricity bill, "
    "check the smoke alarm, order new chairs, write to the council, sweep the stairs, mend the gate, pack the tent, "
    "sharpen the knives, label the jars, oil the hinges, invite the neighbours, fetch the parcel, clean the gutters, "
    "update the map, count the cash box"
)
FOODS = _listed(
    "flour, sugar, butter, milk, eggs, salt, yeast, carrots, onions, garlic, rice, lentils, tomatoes, olive oil, lemon juice, "
    "parsley, thyme, cinnamon, potatoes, chickpeas, mushrooms, cream, vinegar, ginger"
)
DAYS = _listed("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
MONTHS = _listed("January, February, March, April, May, June, July, August, September, October, November, December")
