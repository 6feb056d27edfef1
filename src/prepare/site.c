/* What a dump tells of its wiki, for those who read wikitext. */
#include "lockstep/prepare.h"
#include <ctype.h>
#include <string.h>

/* "zh-min-nan" of zh_min_nanwiki, zh_min_nanwiki-latest-…, zh-min-nan-wiki and the like;
 * "" of full-wiki and others, which no Wikipedia is called. */
static void language_of_name(const char *name, char language[LK_PREPARE_LANGUAGE]) {
  const char *slash = strrchr(name, '/');
  if (slash) name = slash + 1;
  const char *wiki = strstr(name, "wiki");
  size_t length = wiki ? (size_t)(wiki - name) : 0;
  while (length && strchr("-_", name[length - 1]))
    length--;
  if (length >= LK_PREPARE_LANGUAGE) length = 0;
  snprintf(language, LK_PREPARE_LANGUAGE, "%.*s", (int)length, name);
  for (char *c = language; *c; c++)
    *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
  if (!lk_wiki_is_language(language, length)) *language = '\0';
}

void lk_prepare_language(const lk_dump *dump, const char *path, const char *chosen,
                         char language[LK_PREPARE_LANGUAGE]) {
  const lk_dump_site *site = lk_dump_site_of(dump);
  const char *said = chosen ? chosen : site->language;
  if (*said)
    snprintf(language, LK_PREPARE_LANGUAGE, "%s", said);
  else
    language_of_name(*site->database ? site->database : path, language);
}

lk_status lk_prepare_site(lk_wiki_site **out, const lk_dump *dump, const char *language) {
  const lk_dump_site *site = lk_dump_site_of(dump);
  LK_TRY(lk_wiki_site_create(out, *language ? language : "en"));
  for (size_t i = 0; i < site->namespace_count; i++) {
    const lk_dump_namespace *space = &site->namespaces[i];
    if (*space->name) LK_TRY(lk_wiki_site_add(*out, space->key, space->name));
  }
  return LK_OK;
}

void lk_prepare_say_project(const lk_dump *dump, const char *path) {
  static const char *const projects[] = {
      "wiktionary",    "wikisource",  "wikibooks",   "wikiquote",    "wikinews",
      "wikiversity",   "wikivoyage",  "commonswiki", "wikidatawiki", "metawiki",
      "mediawikiwiki", "specieswiki", "sourceswiki", "incubatorwiki"};
  const char *database = lk_dump_site_of(dump)->database;
  if (lk_dump_kind_of(dump) != LK_DUMP_XML) return;
  for (size_t i = 0; i < sizeof projects / sizeof *projects; i++)
    if (strstr(database, projects[i]))
      lk_say(
          "%s: is of %s, no Wikipedia; much of what its templates say is left out, unless "
          "--templates says how to write them",
          path, database);
}
