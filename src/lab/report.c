#include "lockstep/report.h"
#include "lab/picture.h"
#include "lockstep/file.h"
#include <stdio.h>
#include <string.h>

void lk_report_clear(lk_report *report) {
  for (int i = 0; i < report->table_count; i++)
    lk_table_free(report->tables[i]);
  for (int i = 0; i < report->picture_count; i++)
    lk_free(report->pictures[i].commands);
  lk_free(report->tables);
  lk_free(report->pictures);
  memset(report, 0, sizeof *report);
}

/* Makes *array longer by one zeroed element of `size` bytes. */
static lk_status lengthen(void **array, int *count, size_t size) {
  void *longer = NULL;
  LK_TRY(lk_allocate(&longer, (size_t)*count + 1, size, "report"));
  if (*count) memcpy(longer, *array, (size_t)*count * size);
  lk_free(*array);
  *array = longer;
  ++*count;
  return LK_OK;
}

lk_status lk_report_add_table(lk_report *report, lk_table **out, const char *name,
                              const char *caption, const lk_column *columns,
                              int column_count) {
  LK_TRY(lengthen((void **)&report->tables, &report->table_count, sizeof *report->tables));
  LK_TRY(lk_table_create(out, name, caption, columns, column_count));
  report->tables[report->table_count - 1] = *out;
  return LK_OK;
}

lk_status lk_report_add_picture(lk_report *report, const char *name, int width, int height,
                                const char *variables, const char *commands) {
  LK_TRY(lengthen((void **)&report->pictures, &report->picture_count,
                  sizeof *report->pictures));
  lk_picture *picture = &report->pictures[report->picture_count - 1];
  size_t room = strlen(variables) + strlen(commands) + 2;
  snprintf(picture->name, sizeof picture->name, "%s", name);
  picture->width = width;
  picture->height = height;
  LK_TRY(LK_NEW(picture->commands, room));
  snprintf(picture->commands, room, "%s\n%s", variables, commands);
  return LK_OK;
}

/* An image has no mark of its own: the first table of its report has. */
static lk_status set_images_aside(const lk_report *report, const char *folder) {
  if (report->table_count && lk_table_is_in(report->tables[0], folder)) return LK_OK;
  for (int i = 0; i < report->picture_count; i++)
    LK_TRY(lk_picture_set_aside(&report->pictures[i], folder));
  return LK_OK;
}

lk_status lk_report_publish(const lk_report *report, const char *folder) {
  printf("%s\n\n", report->title);
  for (int i = 0; i < report->table_count; i++)
    if (report->tables[i]->shown) lk_table_print(report->tables[i], stdout);
  printf("%s\n\n", report->sentence);
  fflush(stdout);
  LK_TRY(lk_folder_create(folder));
  LK_TRY(set_images_aside(report, folder));
  for (int i = 0; i < report->table_count; i++)
    LK_TRY(lk_table_write_csv(report->tables[i], folder));
  for (int i = 0; i < report->picture_count; i++)
    LK_TRY(lk_picture_write(&report->pictures[i], folder));
  return LK_OK;
}

lk_status lk_report_draw(const lk_report *report, const char *folder) {
  for (int i = 0; i < report->picture_count; i++)
    LK_TRY(lk_picture_draw(&report->pictures[i], folder));
  return LK_OK;
}
