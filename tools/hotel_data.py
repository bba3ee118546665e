"""The bundled hotels: forty invented houses in twelve real cities."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hotel:
    """A hotel that can be searched and booked."""

    city: str
    """English name of the city."""
    name: str
    """Name of the house; no two are equal."""
    price: int
    """EUR for a room and a night."""
    rating: float
    """What guests gave it, 1 to 5."""
    note: str
    """A few words about it."""
    months: tuple[int, int] = (1, 12)
    """First and last month in which it is open; the last may lie in the year after."""

    def open_in(self, month: int) -> bool:
        """Whether it has rooms in a month, 1 to 12."""
        first, last = self.months
        return first <= month <= last if first <= last else month >= first or month <= last


HOTELS = (
    Hotel("Amsterdam", "Canal Lantern", 148, 4.5, "quiet, on a canal"),
    Hotel("Amsterdam", "Bicycle Inn", 86, 3.9, "central, cheerful"),
    Hotel("Amsterdam", "Tulip Court", 119, 4.2, "garden, breakfast"),
    Hotel("Athens", "Olive Terrace", 92, 4.4, "view, roof terrace", (3, 11)),
    Hotel("Athens", "Blue Amphora", 64, 3.8, "central, simple"),
    Hotel("Athens", "Hill of Cicadas", 131, 4.7, "quiet, garden, pool", (4, 10)),
    Hotel("Barcelona", "Casa del Mosaico", 137, 4.6, "old town, quiet"),
    Hotel("Barcelona", "Marina Azul", 158, 4.3, "beach, pool", (4, 10)),
    Hotel("Barcelona", "Pension Turia", 71, 3.9, "central, simple"),
    Hotel("Berlin", "Kastanienhof", 98, 4.3, "garden, quiet"),
    Hotel("Berlin", "Signal Tower", 124, 4.1, "central, view"),
    Hotel("Berlin", "Hostel Funkhaus", 42, 3.7, "simple, lively"),
    Hotel("Berlin", "Villa am See", 189, 4.8, "quiet, spa, lake", (3, 10)),
    Hotel("Copenhagen", "Nordlys House", 176, 4.6, "harbour, breakfast"),
    Hotel("Copenhagen", "Little Mermaid Rooms", 118, 4.0, "central, family"),
    Hotel("Copenhagen", "Windmill Lodge", 139, 4.4, "quiet, garden"),
    Hotel("Edinburgh", "Thistle and Key", 127, 4.5, "old town, breakfast"),
    Hotel("Edinburgh", "Arthur's Rest", 94, 4.1, "view, quiet"),
    Hotel("Edinburgh", "The Paper Lion", 168, 4.7, "spa, central"),
    Hotel("Lisbon", "Azulejo House", 112, 4.6, "old town, view"),
    Hotel("Lisbon", "Tram Twelve", 78, 4.0, "central, family"),
    Hotel("Lisbon", "Quinta do Farol", 145, 4.8, "quiet, pool, garden", (3, 11)),
    Hotel("Lisbon", "Alfama Attic", 59, 3.8, "old town, simple"),
    Hotel("Oslo", "Fjordside", 165, 4.5, "harbour, view"),
    Hotel("Oslo", "Birch and Wool", 129, 4.3, "quiet, breakfast"),
    Hotel("Oslo", "Winter Lodge", 184, 4.7, "spa, snow", (11, 3)),
    Hotel("Paris", "Le Petit Phare", 139, 4.2, "central, breakfast"),
    Hotel("Paris", "Jardin Secret", 187, 4.7, "quiet, garden"),
    Hotel("Paris", "Rive Bleue", 162, 4.4, "river, view"),
    Hotel("Paris", "Atelier Rooms", 96, 3.9, "simple, lively"),
    Hotel("Prague", "Golden Sparrow", 88, 4.4, "old town, breakfast"),
    Hotel("Prague", "Bridge of Lamps", 121, 4.6, "river, quiet"),
    Hotel("Prague", "Student Yard", 38, 3.6, "simple, lively"),
    Hotel("Rome", "Casa Verde", 124, 4.6, "quiet, garden"),
    Hotel("Rome", "Pensione Aurora", 79, 4.1, "central, family"),
    Hotel("Rome", "Palazzo Lume", 210, 4.8, "old town, spa"),
    Hotel("Rome", "Trastevere Rooms", 96, 4.2, "lively, breakfast"),
    Hotel("Vienna", "Walzer Hof", 134, 4.5, "central, breakfast"),
    Hotel("Vienna", "Prater Garden", 101, 4.2, "garden, family", (4, 10)),
    Hotel("Vienna", "Stille Gasse", 152, 4.7, "quiet, spa"),
)

OTHER_NAMES = {
    "roma": "Rome",
    "rom": "Rome",
    "lisboa": "Lisbon",
    "lissabon": "Lisbon",
    "wien": "Vienna",
    "praha": "Prague",
    "prag": "Prague",
    "københavn": "Copenhagen",
    "kopenhagen": "Copenhagen",
    "athen": "Athens",
    "athina": "Athens",
    "barna": "Barcelona",
}
"""What the cities are called elsewhere, in lower case."""
