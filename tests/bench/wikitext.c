/* How fast wikitext becomes text: the articles of a dump, each parsed by itself. Prints
 * seconds, processor seconds, the most MB that were held, and bytes of wikitext. */
#include "lockstep/wikitext.h"
#include "lockstep/dump.h"
#include "lockstep/memory.h"
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

typedef struct {
  lk_wiki_site *site;
  lk_wikitext *parser;
  lk_wiki_text text;
  lk_wiki_counts counts;
  double seconds, used;
  uint64_t bytes;
} speed;

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static lk_status open_parser(speed *s, const lk_dump_site *of) {
  LK_TRY(lk_wiki_site_create(&s->site, of->language));
  for (size_t i = 0; i < of->namespace_count; i++)
    if (*of->namespaces[i].name)
      LK_TRY(lk_wiki_site_add(s->site, of->namespaces[i].key, of->namespaces[i].name));
  return lk_wikitext_create(&s->parser, s->site, lk_wiki_options_default);
}

static lk_status parse(speed *s, const lk_dump_page *page) {
  double began = now(CLOCK_MONOTONIC), used = now(CLOCK_THREAD_CPUTIME_ID);
  s->text.size = 0;
  LK_TRY(lk_wikitext_parse(s->parser, page->title, page->text, page->size, &s->text,
                           &s->counts));
  s->seconds += now(CLOCK_MONOTONIC) - began;
  s->used += now(CLOCK_THREAD_CPUTIME_ID) - used;
  s->bytes += page->size;
  return LK_OK;
}

static lk_status parse_dump(speed *s, lk_dump *dump) {
  const lk_dump_page *page;
  LK_TRY(lk_dump_next(dump, &page));
  if (page) LK_TRY(open_parser(s, lk_dump_site_of(dump)));
  while (page) {
    if (!page->space && !page->is_redirect) LK_TRY(parse(s, page));
    LK_TRY(lk_dump_next(dump, &page));
  }
  return LK_OK;
}

int main(int argc, char **argv) {
  speed s = {0};
  lk_dump *dump = NULL;
  struct rusage usage;
  lk_dump_options options = lk_dump_defaults();
  lk_status status = argc == 2 ? lk_dump_open(&dump, argv[1], &options)
                               : lk_fail(LK_USAGE, "usage: wikitext_speed DUMP");
  if (status == LK_OK) status = parse_dump(&s, dump);
  getrusage(RUSAGE_SELF, &usage);
  if (status == LK_OK)
    printf("%f %f %f %llu\n", s.seconds, s.used, (double)usage.ru_maxrss / 1000,
           (unsigned long long)s.bytes);
  else
    lk_say("%s", lk_message());
  lk_dump_close(dump);
  lk_wikitext_free(s.parser);
  lk_wiki_site_free(s.site);
  lk_free(s.text.bytes);
  return (int)status;
}
