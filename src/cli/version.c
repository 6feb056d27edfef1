/* `lockstep --version`: this program and every library that it runs with. */
#include "cli/command.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/program.h"
#include "lockstep/store.h"
#include "lockstep/text_stream.h"
#include <cjson/cJSON.h>
#include <stdio.h>

void lk_cli_print_version(void) {
  printf("lockstep %s\n", LOCKSTEP_VERSION);
  printf("%s, %s, %s\n", lk_program_compiler(), lk_program_libc(),
         lk_kernels_instruction_set());
  printf("%s\n%s\n%s\n%s\n", lk_world_library(), lk_blas_description(),
         lk_onednn_description(), lk_store_library());
  printf("%s\ncJSON %s\n%s\n%s\n", lk_config_libraries(), cJSON_Version(),
         lk_program_libraries(), lk_text_stream_libraries());
}
