#include "cli/help.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

lk_status lk_help_choose(const char *value, lk_help_form *form) {
  static const char *const names[] = {"text", "man", "words"};
  *form = LK_HELP_TEXT;
  for (int i = 0; value && i < 3; i++)
    if (!strcmp(value, names[i])) {
      *form = (lk_help_form)i;
      return LK_OK;
    }
  return value ? lk_fail(LK_USAGE, "--help=%s: must be text, man or words", value) : LK_OK;
}

/* A text that troff takes as it is: no escapes, no requests, real minus signs, and no
 * columns, which it would tear apart. */
static void print_roff(const char *text) {
  if (*text == '.' || *text == '\'') fputs("\\&", stdout);
  for (; *text; text++)
    if (text[0] == ' ' && text[1] == ' ')
      continue;
    else if (*text == '\\')
      fputs("\\e", stdout);
    else if (*text == '-')
      fputs("\\-", stdout);
    else
      putchar(*text);
}

static void print_request(const char *request, const char *text) {
  printf("%s ", request);
  print_roff(text);
  putchar('\n');
}

static void print_capitals(const char *text) {
  for (; *text; text++)
    putchar(toupper((unsigned char)*text));
}

void lk_help_heading(lk_help_form form, const char *title) {
  if (form == LK_HELP_TEXT) printf("\n%s:\n", title);
  if (form != LK_HELP_MAN) return;
  printf(".SH \"");
  print_capitals(title);
  printf("\"\n");
}

/* A word to complete is the name alone, without its value; a key goes on with its value. */
static void print_word(lk_help_kind kind, const char *name) {
  const char *end = name + strlen(name), *option = strstr(name, "--");
  if (kind == LK_HELP_KEY) {
    printf("%s=\n", name);
    return;
  }
  if (option) name = option;
  end = name + strcspn(name, " ");
  printf("%.*s\n", (int)(end - name), name);
}

void lk_help_entry(lk_help_form form, lk_help_kind kind, const char *name,
                   const char *text) {
  static const int width[] = {
      [LK_HELP_OPTION] = 26, [LK_HELP_KEY] = 22, [LK_HELP_WORD] = 10};
  if (form == LK_HELP_TEXT) printf("  %-*s %s\n", width[kind], name, text);
  if (form == LK_HELP_WORDS) print_word(kind, name);
  if (form != LK_HELP_MAN) return;
  printf(".TP\n");
  print_request(".B", name);
  print_roff(text);
  putchar('\n');
}

void lk_help_paragraph(lk_help_form form, const char *text) {
  if (form == LK_HELP_TEXT) printf("\n%s\n", text);
  if (form != LK_HELP_MAN) return;
  printf(".PP\n");
  print_roff(text);
  putchar('\n');
}

static void print_options(lk_help_form form, const lk_option *options, int count) {
  for (int i = 0; i < count; i++) {
    char name[64], letter[8] = "";
    if (options[i].letter) snprintf(letter, sizeof letter, "-%c, ", options[i].letter);
    snprintf(name, sizeof name, "%s--%s%s%s", letter, options[i].name,
             *options[i].value ? " " : "", options[i].value);
    lk_help_entry(form, LK_HELP_OPTION, name, options[i].help);
  }
}

/* The page's title and its NAME section; command "": of the program itself. */
static void begin_page(const char *command, const char *summary) {
  printf(".TH LOCKSTEP%s", *command ? "\\-" : "");
  print_capitals(command);
  printf(" 1 \"\" \"lockstep %s\" \"Lockstep\"\n.SH NAME\nlockstep%s%s \\- ",
         LOCKSTEP_VERSION, *command ? "\\-" : "", command);
  print_roff(summary);
  printf("\n.SH SYNOPSIS\n.B lockstep%s%s\n", *command ? " " : "", command);
}

/* lockstep/status.h explains the codes. */
static void end_page(const char *see_also) {
  printf(
      ".SH EXIT STATUS\n0 done, 64 usage, 65 bad data, 66 missing input, 70 internal, 74 "
      "I/O, 75 stopped early and\nresumable.\n.SH SEE ALSO\n%s\n",
      see_also);
}

void lk_help_print(lk_help_form form, const lk_command *command, const lk_option *options,
                   int count) {
  const char *more = count ? " [option ...]" : "";
  if (form == LK_HELP_TEXT)
    printf("usage: lockstep %s %s%s\n\n%s.\n%s", command->name, command->arguments, more,
           command->summary, count ? "\n" : "");
  if (form == LK_HELP_MAN) {
    begin_page(command->name, command->summary);
    print_roff(command->arguments);
    printf("%s\n", more);
    if (count) lk_help_heading(form, "options");
  }
  if (form == LK_HELP_WORDS) printf("--help\n");
  print_options(form, options, count);
  if (command->more_help) command->more_help(form);
  if (form == LK_HELP_MAN) end_page(".BR lockstep (1)");
}

static const char program_summary[] =
    "data-parallel training of a GPT, the same bits on any number of ranks";

static void print_commands(lk_help_form form) {
  char text[256];
  const lk_command *command;
  for (int i = 0; (command = lk_command_at(i)); i++) {
    snprintf(text, sizeof text, "%-30s %s", command->arguments, command->summary);
    lk_help_entry(form, LK_HELP_WORD, command->name, text);
  }
}

void lk_help_overview(lk_help_form form) {
  if (form == LK_HELP_TEXT)
    printf("Lockstep %s: %s.\n\nusage: lockstep COMMAND ..., alone or under mpirun or "
           "srun\n\n",
           LOCKSTEP_VERSION, program_summary);
  if (form == LK_HELP_MAN) {
    begin_page("", program_summary);
    printf("COMMAND ..., alone or under mpirun or srun\n");
    lk_help_heading(form, "commands");
  }
  print_commands(form);
  lk_help_paragraph(form, "`lockstep COMMAND --help` explains each.");
  if (form == LK_HELP_MAN)
    end_page("The man page of each command, such as lockstep\\-pretrain(1).");
}
