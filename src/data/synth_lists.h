/* What the invented biographies are made of. Entries of a list are unique. The order is
 * part of the format: another order gives other people for the same seed. */
#ifndef DATA_SYNTH_LISTS_H
#define DATA_SYNTH_LISTS_H

static const char *const first_names[] = {
    "Ada",    "Aisha", "Alba",   "Amara",   "Amir",   "Andrés", "Anil",   "Anouk", "Arjun",
    "Astrid", "Ayako", "Bashir", "Beatriz", "Björn",  "Bruno",  "Carmen", "Chidi", "Chloé",
    "Clara",  "Dalia", "Daniel", "Dario",   "Devi",   "Diego",  "Dina",   "Ebba",  "Edgar",
    "Elena",  "Elif",  "Emeka",  "Emil",    "Esther", "Farah",  "Felix",  "Fiona", "Freya",
    "Gideon", "Grace", "Greta",  "Hana",    "Hassan", "Helga",  "Hugo",   "Ida",   "Ilya",
    "Imani",  "Inés",  "Irene",  "Ivan",    "Jamal",  "Jan",    "Jonas",  "José",  "Judit",
    "Kaia",   "Karim", "Keiko",  "Kofi",    "Lars",   "Leila",  "Léa",    "Lin",   "Lucía",
    "Magda",  "Malik", "Marta",  "Mateo",   "Mei",    "Milan",  "Mina",   "Nadia", "Naoko",
    "Nils",   "Noor",  "Olga",   "Omar",    "Oscar",  "Paolo",  "Petra",  "Pilar", "Priya",
    "Rafael", "Rania", "René",   "Rosa",    "Ruth",   "Samir",  "Sanjay", "Selma", "Sofia",
    "Søren",  "Tariq", "Tess",   "Tomás",   "Uma",    "Vera",   "Viktor", "Wanda", "Wei",
    "Yara",   "Yusuf", "Zahra",  "Zoë",     "Zuzana",
};

static const char *const surnames[] = {
    "Abbas",    "Achebe",   "Adler",    "Almeida", "Andersen", "Aoki",    "Asante",
    "Baran",    "Bauer",    "Becker",   "Bello",   "Berg",     "Bianchi", "Blanc",
    "Bose",     "Brandt",   "Brun",     "Castro",  "Chen",     "Cohen",   "Conti",
    "Costa",    "Cruz",     "Dahl",     "Dias",    "Diop",     "Dubois",  "Duarte",
    "Eriksen",  "Evans",    "Farkas",   "Ferrari", "Fischer",  "Flores",  "Fofana",
    "Fontaine", "Forsberg", "Gandhi",   "García",  "Geller",   "Gomes",   "Grant",
    "Greco",    "Gupta",    "Haddad",   "Hansen",  "Hayashi",  "Herrera", "Hoffmann",
    "Horvat",   "Hughes",   "Ibrahim",  "Ito",     "Ivanov",   "Jansen",  "Jensen",
    "Joshi",    "Kamau",    "Kang",     "Kapoor",  "Karlsson", "Keller",  "Khan",
    "Kim",      "Klein",    "Kovács",   "Kumar",   "Lange",    "Larsen",  "Leclerc",
    "Lehtinen", "Levi",     "Lindgren", "Lopes",   "Lund",     "Mahfouz", "Marino",
    "Mbeki",    "Mendes",   "Meyer",    "Mishra",  "Molina",   "Moreau",  "Mori",
    "Müller",   "Nakamura", "Navarro",  "Nielsen", "Novak",    "Nyberg",  "Obi",
    "Okafor",   "Olsen",    "Ortega",   "Osei",    "Pashkov",  "Patel",   "Peeters",
    "Pereira",  "Petrov",   "Popescu",  "Quispe",  "Rahman",   "Ramos",   "Rao",
    "Reyes",    "Ricci",    "Rossi",    "Sahin",   "Sato",     "Schmidt", "Sharma",
    "Silva",    "Sjöberg",  "Soto",     "Suzuki",  "Tanaka",   "Torres",  "Tóth",
    "Ueda",     "Usman",    "Vargas",   "Vogel",   "Wagner",   "Walker",  "Wang",
    "Weber",    "Winter",   "Wolff",    "Yamada",  "Yilmaz",   "Zhang",   "Zimmer",
    "Ødegård",
};

static const char *const places[] = {
    "Accra",    "Amman",     "Århus",      "Athens",   "Bergen",   "Bogotá",  "Boston",
    "Cairo",    "Cardiff",   "Casablanca", "Chennai",  "Cologne",  "Dakar",   "Dublin",
    "Geneva",   "Hanoi",     "Havana",     "Helsinki", "Istanbul", "Jakarta", "Kraków",
    "Kyoto",    "Lagos",     "Lima",       "Lisbon",   "London",   "Malmö",   "Manila",
    "Montreal", "Mumbai",    "Nairobi",    "Naples",   "Oslo",     "Prague",  "Quito",
    "Riga",     "São Paulo", "Seoul",      "Tunis",    "Zürich",
};

/* Each with its article. */
static const char *const jobs[] = {
    "an actor",     "an architect", "an astronomer", "a baker",        "a biologist",
    "a botanist",   "a carpenter",  "a chemist",     "a composer",     "a cyclist",
    "a dancer",     "a doctor",     "an economist",  "an editor",      "an engineer",
    "a geologist",  "a glassmaker", "a historian",   "an inventor",    "a journalist",
    "a judge",      "a lawyer",     "a librarian",   "a linguist",     "a novelist",
    "a nurse",      "a painter",    "a philosopher", "a photographer", "a pianist",
    "a pilot",      "a playwright", "a poet",        "a printer",      "a sailor",
    "a sculptor",   "a singer",     "a surgeon",     "a swimmer",      "a teacher",
    "a translator", "a violinist",  "a weaver",      "a zoologist",
};

/* One wording a line. {name}, {place} and {job} stand for what they say. Every wording
 * states the birth place, most of them behind the name. One has `W` and `?`, so that the
 * corpus has every character of the questions. */
static const char *const templates[] = {
    "{name} was born in {place}.",       "{name} is from {place}.",
    "{name} comes from {place}.",        "{name} grew up in {place}.",
    "{place} is where {name} was born.", "{name}, {job} from {place}.",
    "Born in {place}: {name}.",          "Who is {name}? Someone from {place}.",
};

#endif
