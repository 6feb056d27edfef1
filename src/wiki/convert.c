/* {{convert|5|to|10|mi|km}}: the number and its unit as they were given. */
#include "base/digit.h"
#include "wiki/call.h"
#include "wiki/site.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A unit's name for one and for several; its symbol. */
static const struct {
  const char *code, *one, *several, *symbol;
} units[] = {
    {"m", "metre", "metres", "m"},
    {"km", "kilometre", "kilometres", "km"},
    {"cm", "centimetre", "centimetres", "cm"},
    {"mm", "millimetre", "millimetres", "mm"},
    {"um", "micrometre", "micrometres", "μm"},
    {"μm", "micrometre", "micrometres", "μm"},
    {"nm", "nanometre", "nanometres", "nm"},
    {"mi", "mile", "miles", "mi"},
    {"ft", "foot", "feet", "ft"},
    {"foot", "foot", "foot", "ft"},
    {"in", "inch", "inches", "in"},
    {"yd", "yard", "yards", "yd"},
    {"nmi", "nautical mile", "nautical miles", "nmi"},
    {"fathom", "fathom", "fathoms", "fathom"},
    {"furlong", "furlong", "furlongs", "furlong"},
    {"ly", "light-year", "light-years", "ly"},
    {"pc", "parsec", "parsecs", "pc"},
    {"au", "astronomical unit", "astronomical units", "AU"},
    {"AU", "astronomical unit", "astronomical units", "AU"},
    {"miles", "mile", "miles", "mi"},
    {"mile", "mile", "miles", "mi"},
    {"feet", "foot", "feet", "ft"},
    {"inches", "inch", "inches", "in"},
    {"inch", "inch", "inches", "in"},
    {"yards", "yard", "yards", "yd"},
    {"kilometres", "kilometre", "kilometres", "km"},
    {"kilometers", "kilometer", "kilometers", "km"},
    {"metres", "metre", "metres", "m"},
    {"meters", "meter", "meters", "m"},
    {"pounds", "pound", "pounds", "lb"},
    {"stone", "stone", "stone", "st"},
    {"Mm", "megametre", "megametres", "Mm"},
    {"L/100 km", "litre per 100 kilometres", "litres per 100 kilometres", "L/100 km"},
    {"L/100km", "litre per 100 kilometres", "litres per 100 kilometres", "L/100 km"},
    {"mpgus", "mile per US gallon", "miles per US gallon", "mpg"},
    {"mpgUS", "mile per US gallon", "miles per US gallon", "mpg"},
    {"mpgimp", "mile per imperial gallon", "miles per imperial gallon", "mpg"},
    {"ton", "ton", "tons", "tons"},
    {"long ton", "long ton", "long tons", "long tons"},
    {"short ton", "short ton", "short tons", "short tons"},
    {"km2", "square kilometre", "square kilometres", "km2"},
    {"sqkm", "square kilometre", "square kilometres", "km2"},
    {"m2", "square metre", "square metres", "m2"},
    {"sqm", "square metre", "square metres", "m2"},
    {"cm2", "square centimetre", "square centimetres", "cm2"},
    {"sqmi", "square mile", "square miles", "sq mi"},
    {"mi2", "square mile", "square miles", "sq mi"},
    {"sqft", "square foot", "square feet", "sq ft"},
    {"ft2", "square foot", "square feet", "sq ft"},
    {"sqin", "square inch", "square inches", "sq in"},
    {"sqyd", "square yard", "square yards", "sq yd"},
    {"acre", "acre", "acres", "acre"},
    {"ha", "hectare", "hectares", "ha"},
    {"m3", "cubic metre", "cubic metres", "m3"},
    {"km3", "cubic kilometre", "cubic kilometres", "km3"},
    {"cm3", "cubic centimetre", "cubic centimetres", "cm3"},
    {"cc", "cubic centimetre", "cubic centimetres", "cc"},
    {"cuft", "cubic foot", "cubic feet", "cu ft"},
    {"ft3", "cubic foot", "cubic feet", "cu ft"},
    {"cumi", "cubic mile", "cubic miles", "cu mi"},
    {"cuin", "cubic inch", "cubic inches", "cu in"},
    {"cuyd", "cubic yard", "cubic yards", "cu yd"},
    {"L", "litre", "litres", "L"},
    {"l", "litre", "litres", "l"},
    {"mL", "millilitre", "millilitres", "mL"},
    {"ml", "millilitre", "millilitres", "ml"},
    {"USgal", "US gallon", "US gallons", "US gal"},
    {"impgal", "imperial gallon", "imperial gallons", "imp gal"},
    {"USoz", "US fluid ounce", "US fluid ounces", "US fl oz"},
    {"oilbbl", "barrel", "barrels", "bbl"},
    {"oilbbl/d", "barrel per day", "barrels per day", "bbl/d"},
    {"acre.ft", "acre-foot", "acre-feet", "acre⋅ft"},
    {"acre.foot", "acre-foot", "acre-feet", "acre⋅ft"},
    {"kg", "kilogram", "kilograms", "kg"},
    {"g", "gram", "grams", "g"},
    {"mg", "milligram", "milligrams", "mg"},
    {"t", "tonne", "tonnes", "t"},
    {"MT", "metric ton", "metric tons", "t"},
    {"LT", "long ton", "long tons", "long tons"},
    {"ST", "short ton", "short tons", "short tons"},
    {"lb", "pound", "pounds", "lb"},
    {"lbs", "pound", "pounds", "lb"},
    {"oz", "ounce", "ounces", "oz"},
    {"ozt", "troy ounce", "troy ounces", "ozt"},
    {"st", "stone", "stone", "st"},
    {"km/h", "kilometre per hour", "kilometres per hour", "km/h"},
    {"kph", "kilometre per hour", "kilometres per hour", "km/h"},
    {"mph", "mile per hour", "miles per hour", "mph"},
    {"kn", "knot", "knots", "kn"},
    {"m/s", "metre per second", "metres per second", "m/s"},
    {"km/s", "kilometre per second", "kilometres per second", "km/s"},
    {"ft/s", "foot per second", "feet per second", "ft/s"},
    {"mi/s", "mile per second", "miles per second", "mi/s"},
    {"C", "degree Celsius", "degrees Celsius", "°C"},
    {"F", "degree Fahrenheit", "degrees Fahrenheit", "°F"},
    {"C-change", "degree Celsius", "degrees Celsius", "°C"},
    {"F-change", "degree Fahrenheit", "degrees Fahrenheit", "°F"},
    {"K", "kelvin", "kelvins", "K"},
    {"hp", "horsepower", "horsepower", "hp"},
    {"kW", "kilowatt", "kilowatts", "kW"},
    {"MW", "megawatt", "megawatts", "MW"},
    {"GW", "gigawatt", "gigawatts", "GW"},
    {"W", "watt", "watts", "W"},
    {"J", "joule", "joules", "J"},
    {"kJ", "kilojoule", "kilojoules", "kJ"},
    {"MJ", "megajoule", "megajoules", "MJ"},
    {"kcal", "kilocalorie", "kilocalories", "kcal"},
    {"kWh", "kilowatt-hour", "kilowatt-hours", "kWh"},
    {"psi", "pound per square inch", "pounds per square inch", "psi"},
    {"Pa", "pascal", "pascals", "Pa"},
    {"kPa", "kilopascal", "kilopascals", "kPa"},
    {"MPa", "megapascal", "megapascals", "MPa"},
    {"GPa", "gigapascal", "gigapascals", "GPa"},
    {"bar", "bar", "bars", "bar"},
    {"atm", "standard atmosphere", "standard atmospheres", "atm"},
    {"mmHg", "millimetre of mercury", "millimetres of mercury", "mmHg"},
    {"N", "newton", "newtons", "N"},
    {"kN", "kilonewton", "kilonewtons", "kN"},
    {"lbf", "pound-force", "pounds-force", "lbf"},
    {"Nm", "newton-metre", "newton-metres", "N⋅m"},
    {"N.m", "newton-metre", "newton-metres", "N⋅m"},
    {"lbft", "pound-foot", "pound-feet", "lbf⋅ft"},
    {"m3/s", "cubic metre per second", "cubic metres per second", "m3/s"},
    {"cuft/s", "cubic foot per second", "cubic feet per second", "cu ft/s"},
    {"/km2", "per square kilometre", "per square kilometre", "/km2"},
    {"/sqkm", "per square kilometre", "per square kilometre", "/km2"},
    {"/sqmi", "per square mile", "per square mile", "/sq mi"},
    {"PD/km2", "inhabitant per square kilometre", "inhabitants per square kilometre",
     "/km2"},
    {"PD/sqkm", "inhabitant per square kilometre", "inhabitants per square kilometre",
     "/km2"},
    {"PD/sqmi", "inhabitant per square mile", "inhabitants per square mile", "/sq mi"},
    {"kg/m3", "kilogram per cubic metre", "kilograms per cubic metre", "kg/m3"},
    {"g/cm3", "gram per cubic centimetre", "grams per cubic centimetre", "g/cm3"}};

/* What may stand between two numbers, and what it is then: signs where words would be
 * English ones. */
static const struct {
  const char *given, *shown, *hyphened, *sign;
} between[] = {{"to", " to ", "-to-", "–"},
               {"-", "–", "–", "–"},
               {"–", "–", "–", "–"},
               {"to(-)", " to ", "-to-", "–"},
               {"and", " and ", "-and-", ", "},
               {"or", " or ", "-or-", ", "},
               {"and(-)", " and ", "-and-", ", "},
               {"by", " by ", "-by-", " × "},
               {"x", " × ", " × ", " × "},
               {"xx", " × ", " × ", " × "},
               {"*", " × ", " × ", " × "},
               {"+/-", " ± ", " ± ", " ± "},
               {"±", " ± ", " ± ", " ± "},
               {"+", " + ", " + ", " + "},
               {",", ", ", ", ", ", "},
               {"to about", " to about ", "-to-about-", "–"}};

/* How a conversion writes its unit. */
typedef struct {
  int english, symbol, adjective, american;
} convert_style;

static int unit_row(lk_piece code) {
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (lk_piece_is(code, units[i].code)) return (int)i;
  return -1;
}

static int between_row(lk_piece given) {
  for (size_t i = 0; i < sizeof between / sizeof *between; i++)
    if (lk_piece_is(given, between[i].given)) return (int)i;
  return -1;
}

static int is_number(lk_piece text) {
  size_t at = 0, bytes;
  while (at < text.size && strchr("-+(", text.at[at]))
    at++;
  if (text.size - at > 3 && !memcmp(text.at + at, "\xE2\x88\x92", 3)) at += 3;
  if (at == text.size) return 0;
  return text.at[at] == '.' || lk_digit_of(text.at + at, text.size - at, &bytes) >= 0;
}

/* Units have English names alone: other languages get their symbols, and no word. */
static convert_style style_of(const lk_wiki_call *call, int abbreviated) {
  const char *language = lk_wiki_site_language(call->parser->site);
  int english = !*language || lk_word_is_among(language, "en simple");
  lk_piece abbr = lk_call_named(call, lk_piece_of("abbr"));
  lk_piece adj = lk_call_named(call, lk_piece_of("adj"));
  int american = lk_piece_is(lk_call_named(call, lk_piece_of("sp")), "us");
  int symbol = !english || (abbreviated && !abbr.size) || lk_piece_is(abbr, "on") ||
               lk_piece_is(abbr, "in") || lk_piece_is(abbr, "y") ||
               lk_piece_is(abbr, "yes") || lk_piece_is(abbr, "~");
  int adjective =
      lk_piece_is(adj, "on") || lk_piece_is(adj, "mid") || lk_piece_is(adj, "1");
  return (convert_style){english, symbol, adjective && !symbol, american};
}

/* "metre" as Americans write it, and blanks as hyphens in an adjective. */
static lk_status put_name(lk_wiki_call *call, const char *name, convert_style style) {
  for (; *name; name++) {
    int tre = style.american && (!strncmp(name, "metre", 5) || !strncmp(name, "litre", 5));
    lk_piece piece = {name, 1};
    if (tre) {
      LK_TRY(lk_call_put(call, (lk_piece){name, 3}));
      LK_TRY(lk_call_put_text(call, "er"));
      name += 4;
    } else if (style.adjective && *name == ' ') {
      LK_TRY(lk_call_put_text(call, "-"));
    } else {
      LK_TRY(lk_call_put(call, piece));
    }
  }
  return LK_OK;
}

typedef struct {
  const char *code, *word, *zeros;
} power_row;

/* "e6acre" is a million acres, "Mcuft" a million cubic feet, but "MW" a unit; cuts that off
 * the code. */
static const power_row *power_of(lk_piece *code) {
  static const power_row powers[] = {{"k", "thousand", "3"},  {"M", "million", "6"},
                                     {"G", "billion", "9"},   {"T", "trillion", "12"},
                                     {"e3", "thousand", "3"}, {"e6", "million", "6"},
                                     {"e9", "billion", "9"},  {"e12", "trillion", "12"}};
  enum { LONG = 4 }; /* units that are not metric */
  for (size_t i = sizeof powers / sizeof *powers; i-- > 0;) {
    size_t size = strlen(powers[i].code);
    if (code->size <= size || memcmp(code->at, powers[i].code, size)) continue;
    lk_piece unit = {code->at + size, code->size - size};
    if (unit_row(unit) < 0 || (size == 1 && unit.size < LONG)) continue;
    *code = unit;
    return &powers[i];
  }
  return NULL;
}

static lk_status put_unit(lk_wiki_call *call, lk_piece code, lk_piece number,
                          convert_style style) {
  const char *gap = style.adjective ? "-" : " ";
  const power_row *power = power_of(&code);
  int row = unit_row(code);
  if (power) {
    LK_TRY(lk_call_put_text(call, style.english ? gap : "×10^"));
    LK_TRY(lk_call_put_text(call, style.english ? power->word : power->zeros));
    number.size = 0;
  }
  if (style.symbol && row >= 0 && *units[row].symbol == '/') gap = "";
  LK_TRY(lk_call_put_text(call, gap));
  if (row < 0) return lk_call_put(call, code);
  if (style.symbol) return lk_call_put_text(call, units[row].symbol);
  int one = style.adjective || lk_piece_is(number, "1") || lk_piece_is(number, "-1");
  return put_name(call, one ? units[row].one : units[row].several, style);
}

/* 1+1/2 is 1 1/2, 1//2 is 1/2. */
static lk_status put_one_number(lk_wiki_call *call, lk_piece number, convert_style style) {
  if (!style.english && !memchr(number.at, '/', number.size))
    return lk_call_put_given(call, number);
  for (size_t i = 0; i < number.size; i++) {
    int mixed = i && number.at[i] == '+' && lk_is_digit(number.at[i - 1]);
    if (i && number.at[i] == '/' && number.at[i - 1] == '/') continue;
    LK_TRY(lk_call_put(call, mixed ? lk_piece_of(" ") : (lk_piece){number.at + i, 1}));
  }
  return LK_OK;
}

/* Numbers of ranges and sizes; stops at the unit, whose place it returns. */
static lk_status put_numbers(lk_wiki_call *call, int *place, lk_piece *number,
                             convert_style style) {
  *number = lk_call_numbered(call, *place);
  LK_TRY(put_one_number(call, *number, style));
  while (1) {
    int row = between_row(lk_call_numbered(call, *place + 1));
    lk_piece next = lk_call_numbered(call, *place + 2);
    if (row < 0 || !is_number(next)) break;
    LK_TRY(lk_call_put_text(call, !style.english    ? between[row].sign
                                  : style.adjective ? between[row].hyphened
                                                    : between[row].shown));
    LK_TRY(put_one_number(call, next, style));
    *number = (lk_piece){next.at, 0}; /* several */
    *place += 2;
    if (*place > 40) break;
  }
  ++*place;
  return LK_OK;
}

/* {{convert|5|ft|6|in}} has a number where the other unit would be. */
static lk_status put_measure(lk_wiki_call *call, convert_style style) {
  int place = 1;
  for (int parts = 0; parts < 4; parts++) {
    lk_piece number;
    LK_TRY(put_numbers(call, &place, &number, style));
    lk_piece unit = lk_call_numbered(call, place++);
    if (unit.size) LK_TRY(put_unit(call, unit, number, style));
    int more = is_number(lk_call_numbered(call, place)) &&
               unit_row(lk_call_numbered(call, place + 1)) >= 0;
    if (!more) break;
    LK_TRY(lk_call_put_text(call, style.adjective ? "-" : " "));
  }
  return LK_OK;
}

lk_status lk_call_convert(lk_wiki_call *call) {
  return put_measure(call, style_of(call, 0));
}

/* A number with commas between its digits; 0 for others. */
static double number_of(lk_piece text) {
  char digits[32] = "";
  size_t size = 0;
  for (size_t i = 0; i < text.size && size + 1 < sizeof digits; i++)
    if (text.at[i] != ',') digits[size++] = text.at[i];
  char *end;
  double number = strtod(digits, &end);
  return *end || !isfinite(number) || number < 0 ? 0 : number;
}

/* {{pop density|1000|50|km2|sqmi}} is 20/km2. */
lk_status lk_call_density(lk_wiki_call *call) {
  char text[64];
  lk_piece precision = lk_call_named(call, lk_piece_of("prec")),
           unit = lk_call_numbered(call, 3);
  double people = number_of(lk_call_numbered(call, 1)),
         area = number_of(lk_call_numbered(call, 2));
  int row = unit_row(unit), given = precision.size == 1 && lk_is_digit(*precision.at);
  if (area <= 0 || people <= 0 || row < 0) return LK_OK;
  double density = people / area;
  int places = given ? *precision.at - '0' : density < 1 ? 2 : density < 100;
  int size = snprintf(text, sizeof text, "%.*f", places, density);
  if (size < 0 || (size_t)size >= sizeof text) return LK_OK;
  LK_TRY(lk_call_put_grouped(call, (lk_piece){text, (size_t)size}));
  LK_TRY(lk_call_put_text(call, "/"));
  return lk_call_put_text(call, units[row].symbol);
}

/* {{cvt|5|km}} is 5 km. */
lk_status lk_call_convert_to_symbols(lk_wiki_call *call) {
  return put_measure(call, style_of(call, 1));
}
