#include "wiki/expression.h"
#include <assert.h>
#include <math.h>

enum { DEEPEST = 32, BRACKET = -1, MINUS, PLUS, NOT, UNARY };

/* Operators before one number, then those between two; the longer ones first. */
static const struct {
  const char *sign;
  int rank;
} operators[] = {{"-", 10},  {"+", 10},  {"not", 9}, {"^", 8}, {"*", 7},     {"/", 7},
                 {"div", 7}, {"mod", 7}, {"+", 6},   {"-", 6}, {"round", 5}, {"<=", 4},
                 {">=", 4},  {"!=", 4},  {"<>", 4},  {"=", 4}, {"<", 4},     {">", 4},
                 {"and", 3}, {"or", 2},  {"e", 10}};

enum { OPERATORS = sizeof operators / sizeof *operators };

typedef struct {
  double numbers[DEEPEST];
  int pending[DEEPEST]; /* operators, BRACKET */
  int number_count, pending_count;
  int failed;
} machine;

static double binary(int row, double a, double b) {
  switch (row) {
  case UNARY:
    return pow(a, b);
  case UNARY + 1:
    return a * b;
  case UNARY + 2:
  case UNARY + 3:
    return a / b;
  case UNARY + 4:
    return fmod(trunc(a), trunc(b));
  case UNARY + 5:
    return a + b;
  case UNARY + 6:
    return a - b;
  case UNARY + 7:
    return round(a * pow(10, b)) / pow(10, b);
  case UNARY + 8:
    return a <= b;
  case UNARY + 9:
    return a >= b;
  case UNARY + 10:
  case UNARY + 11:
    return a != b;
  case UNARY + 12:
    return a == b;
  case UNARY + 13:
    return a < b;
  case UNARY + 14:
    return a > b;
  case UNARY + 15:
    return a && b;
  case UNARY + 17:
    return a * pow(10, b);
  default:
    return a || b;
  }
}

static void apply(machine *m) {
  assert(m->pending_count > 0);
  int row = m->pending[--m->pending_count], needed = row < UNARY ? 1 : 2;
  if (row == BRACKET || m->number_count < needed) {
    m->failed = 1;
    return;
  }
  double *top = &m->numbers[m->number_count - 1];
  if (row == MINUS) *top = -*top;
  if (row == NOT) *top = !*top;
  if (row < UNARY) return;
  top[-1] = binary(row, top[-1], *top);
  m->number_count--;
}

static void push_operator(machine *m, int row) {
  while (row >= UNARY && m->pending_count && m->pending[m->pending_count - 1] != BRACKET &&
         operators[m->pending[m->pending_count - 1]].rank >= operators[row].rank &&
         !m->failed)
    apply(m);
  if (m->pending_count == DEEPEST)
    m->failed = 1;
  else
    m->pending[m->pending_count++] = row;
}

static void close_bracket(machine *m) {
  while (m->pending_count && m->pending[m->pending_count - 1] != BRACKET && !m->failed)
    apply(m);
  if (m->pending_count)
    m->pending_count--;
  else
    m->failed = 1;
}

/* Digits and a point; returns the bytes. */
static size_t read_number(lk_piece text, double *value) {
  double unit = 0;
  size_t at = 0;
  *value = 0;
  for (; at < text.size; at++) {
    if (text.at[at] == '.' && unit == 0)
      unit = 1;
    else if (!lk_is_digit(text.at[at]))
      break;
    else if (unit == 0)
      *value = *value * 10 + (text.at[at] - '0');
    else
      *value += (text.at[at] - '0') * (unit /= 10);
  }
  return at;
}

/* The operator's row where the text begins with one, -1: none. */
static int operator_at(lk_piece text, int wants_number) {
  for (int row = wants_number ? 0 : UNARY; row < (wants_number ? UNARY : OPERATORS);
       row++) {
    size_t size = strlen(operators[row].sign);
    if (text.size >= size && !memcmp(text.at, operators[row].sign, size)) return row;
  }
  return -1;
}

/* One number, bracket or operator; returns its bytes, 0: there is none. */
static size_t step(machine *m, lk_piece text, int *wants_number) {
  double value;
  size_t size = *wants_number ? read_number(text, &value) : 0;
  if (size) {
    if (m->number_count == DEEPEST) return 0;
    m->numbers[m->number_count++] = value;
    *wants_number = 0;
    return size;
  }
  if (*text.at == (*wants_number ? '(' : ')')) {
    if (*wants_number)
      push_operator(m, BRACKET);
    else
      close_bracket(m);
    return 1;
  }
  int row = operator_at(text, *wants_number);
  if (row < 0) return 0;
  push_operator(m, row);
  *wants_number = 1;
  return strlen(operators[row].sign);
}

int lk_wiki_expression(lk_piece text, double *value) {
  machine m = {.failed = 0};
  int wants_number = 1;
  while (text.size && !m.failed) {
    size_t size = lk_is_blank(*text.at) ? 1 : step(&m, text, &wants_number);
    if (!size) return 0;
    text.at += size, text.size -= size;
  }
  while (m.pending_count && !m.failed)
    apply(&m);
  if (m.failed || wants_number || m.number_count != 1) return 0;
  *value = m.numbers[0];
  return isfinite(*value);
}
