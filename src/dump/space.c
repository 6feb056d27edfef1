#include "lockstep/dump.h"
#include <string.h>

/* What MediaWiki understands in every language. */
static const lk_dump_namespace canonical[] = {
    {-2, "Media"},         {-1, "Special"},  {1, "Talk"},           {2, "User"},
    {3, "User talk"},      {4, "Project"},   {4, "Wikipedia"},      {5, "Project talk"},
    {5, "Wikipedia talk"}, {6, "File"},      {6, "Image"},          {7, "File talk"},
    {7, "Image talk"},     {8, "MediaWiki"}, {9, "MediaWiki talk"}, {10, "Template"},
    {11, "Template talk"}, {12, "Help"},     {13, "Help talk"},     {14, "Category"},
    {15, "Category talk"}, {100, "Portal"},  {101, "Portal talk"}};

static int32_t find(const lk_dump_namespace *among, size_t count, const char *name,
                    size_t length) {
  for (size_t i = 0; i < count; i++)
    if (strlen(among[i].name) == length && !memcmp(among[i].name, name, length))
      return among[i].key;
  return 0;
}

int32_t lk_dump_space_of(const lk_dump_site *site, const char *title) {
  size_t length = strcspn(title, ":");
  if (!title[length] || !length) return 0;
  if (site->namespace_count)
    return find(site->namespaces, site->namespace_count, title, length);
  return find(canonical, sizeof canonical / sizeof *canonical, title, length);
}
