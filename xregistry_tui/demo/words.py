"""The vocabulary of the embedded shop: invented people, things and remarks, and how often each turns up."""

from __future__ import annotations

GIVEN = (
    *("Ana", "Amélie", "Anton", "Bruno", "Camille", "Carla", "Clara", "Daan", "David", "Élodie", "Emil", "Emma"),
    *("Eva", "Fatima", "Felix", "Filipa", "Greta", "Hugo", "Ida", "Inês", "Ivo", "Jan", "João", "Jonas", "Julia"),
    *("Karim", "Lars", "Léa", "Lena", "Louis", "Lucía", "Luca", "Maja", "Manon", "Marco", "Mateo", "Mia", "Nadia"),
    *("Niels", "Nina", "Noah", "Olga", "Paul", "Petra", "Rosa", "Sanne", "Sofia", "Théo", "Tomás", "Ute", "Yara"),
)
FAMILY = (
    *("Adler", "Almeida", "Arnaud", "Bakker", "Baptiste", "Becker", "Benali", "Bianchi", "Blanc", "Brandt", "Castro"),
    *("Claes", "Costa", "De Vries", "Dias", "Dubois", "Duarte", "Fabre", "Ferrari", "Fischer", "Fontaine", "Garcia"),
    *("Gomes", "Greco", "Hofer", "Huber", "Jansen", "Keller", "Klein", "Lambert", "Leroy", "Lopes", "Marchetti"),
    *("Martin", "Mendes", "Meyer", "Moreau", "Müller", "Navarro", "Neumann", "O'Connor", "Peeters", "Petit", "Ricci"),
    *("Romero", "Roux", "Schmidt", "Serra", "Silva", "Torres", "Van Dijk", "Vidal", "Visser", "Weber", "Zanetti"),
)
CITIES = {
    "FR": ("Lyon", "Paris", "Nantes", "Lille", "Bordeaux", "Rennes", "Grenoble"),
    "DE": ("Berlin", "Hamburg", "Köln", "Leipzig", "Bremen"),
    "ES": ("Madrid", "Valencia", "Bilbao", "Sevilla"),
    "IT": ("Torino", "Bologna", "Milano", "Bari"),
    "BE": ("Gent", "Liège", "Bruxelles"),
    "NL": ("Utrecht", "Rotterdam", "Groningen"),
    "PT": ("Porto", "Lisboa", "Braga"),
    "AT": ("Graz", "Wien"),
    "CH": ("Basel", "Genève"),
}
COUNTRY_WEIGHTS = (41, 22, 11, 9, 6, 5, 3, 2, 1)
DIALLING = {"FR": 33, "DE": 49, "ES": 34, "IT": 39, "BE": 32, "NL": 31, "PT": 351, "AT": 43, "CH": 41}
MAIL_HOSTS = ("example.org", "example.com", "example.net", "mail.example", "post.example")

THINGS = {
    "kitchen": ("Kettle", "Teapot", "Skillet", "Bread Knife", "Mixing Bowl", "Pepper Mill", "Whisk", "Carafe"),
    "garden": ("Trowel", "Watering Can", "Planter", "Pruner", "Bird Feeder", "Rake", "Lantern"),
    "office": ("Notebook", "Desk Lamp", "Pen Tray", "Monitor Stand", "Paper Knife", "Letter Rack"),
    "travel": ("Weekender", "Flask", "Packing Cube", "Umbrella", "Wash Bag", "Day Pack"),
    "toys": ("Wooden Train", "Kite", "Puzzle", "Marble Run", "Spinning Top"),
    "audio": ("Headphones", "Turntable", "Radio", "Speaker"),
}
CATEGORY_WEIGHTS = (30, 22, 18, 14, 10, 6)
MAKES = ("Aalto", "Brisa", "Corvin", "Dune", "Elm", "Faro", "Grove", "Harbour", "Iris", "Juno", "Kestrel", "Lund")
COLOURS = ("black", "white", "oak", "blue", "sage", "copper", "red")

STATUSES = ("paid", "shipped", "pending", "cancelled", "refunded")
CURRENCIES = ("EUR", "CHF", "GBP")
COUPONS = ("SPRING24", "WELCOME10", "FREESHIP", "THANKYOU", "NEWS5", "SORRY15")
WAREHOUSES = ("north", "south", "harbour", "returns")
NOTES = (
    "Leave with the neighbour, please.",
    "Gift: no invoice in the parcel.",
    "Ring twice; the bell is quiet.",
    "Deliver after 18:00.",
    "Porte code 4521B, 3e étage.",
)
PRAISE = ("Exactly as described.", "Bought a second one.", "Sturdy and well made.", "Lovely colour 😀", "Does the job")
BLAME = ("Arrived scratched.", "Smaller than I thought.", "The lid does not close.", "Took three weeks to get here.")
TITLES = {
    1: ("Disappointing", "Broken on arrival", "Avoid"),
    2: ("Not for me", "Could be better"),
    3: ("It is fine", "Average", "OK"),
    4: ("Very good", "Nearly perfect", "Happy with it"),
    5: ("Perfect", "Excellent", "Love it", "Highly recommended"),
}
