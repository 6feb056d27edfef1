/* The table of commands. */
#include "cli/help.h"
#include <stdio.h>
#include <string.h>

static void config_help(lk_help_form form) {
  char text[512];
  const char *name;
  lk_help_heading(form, "Config keys, in the file or as key=value");
  for (int i = 0; (name = lk_config_describe_key(i, text, sizeof text)); i++)
    lk_help_entry(form, LK_HELP_KEY, name, text);
}

static const lk_command commands[] = {
    {"synth", "FOLDER", "write a data set of invented biographies", NULL, lk_cli_synth},
    {"prepare", "INPUT... CORPUS.h5", "turn Wikipedia dumps or texts into an HDF5 corpus",
     NULL, lk_cli_prepare},
    {"tokenizer", "train|import|export INPUT... FILE",
     "make a byte-level BPE of texts and dumps, or take in a tokenizer.json, that of a "
     "checkpoint or a corpus, or an encoder.json and a vocab.bpe",
     NULL, lk_cli_tokenizer},
    {"encode", "FILE",
     "standard input's text to ids, with blanks between, by a tokenizer's file, or that of "
     "a checkpoint or a corpus; where that composes characters (NFC), they stay so",
     NULL, lk_cli_encode},
    {"decode", "FILE", "standard input's ids to text", NULL, lk_cli_decode},
    {"questions", "DUMP... FOLDER",
     "make train, dev and test questions of what a Wikipedia's infoboxes say", NULL,
     lk_cli_questions},
    {"pretrain", "CONFIG.yaml [key=value ...]",
     "train on a corpus, unless told otherwise by span corruption", config_help,
     lk_cli_pretrain},
    {"finetune", "CONFIG.yaml [key=value ...]", "train on questions and answers",
     config_help, lk_cli_finetune},
    {"meet", "--key FILE",
     "be where groups of ranks meet that are jobs of their own (sync.meet)", NULL,
     lk_cli_meet},
    {"evaluate", "CHECKPOINT QUESTIONS.tsv", "answer questions and count the right answers",
     NULL, lk_cli_evaluate},
    {"baseline", "QUESTIONS.tsv", "score one constant answer", NULL, lk_cli_baseline},
    {"ask", "CHECKPOINT [QUESTION]",
     "answer one question, or each line of standard input by a line", NULL, lk_cli_ask},
    {"generate", "CHECKPOINT [PROMPT...]",
     "continue prompts, or each line of standard input by a line", NULL, lk_cli_generate},
    {"score", "CHECKPOINT TEXT", "mean loss of every document of a text, in nats a token",
     NULL, lk_cli_score},
    {"lambada", "CHECKPOINT PASSAGES",
     "how often, and how surely, a model says the last words of passages", NULL,
     lk_cli_lambada},
    {"examples", "CONFIG.yaml [key=value ...]",
     "print training examples, input over target", config_help, lk_cli_examples},
    {"config", "CONFIG.yaml [key=value ...]",
     "check a config as training would, and print it", config_help, lk_cli_config},
    {"lr", "CONFIG.yaml [key=value ...]",
     "try learning rates from low to high, and suggest one", config_help, lk_cli_lr},
    {"plan", "CONFIG.yaml [key=value ...]",
     "say what memory and time a run on so many ranks would take", config_help,
     lk_cli_plan},
    {"bench", "CONFIG.yaml [key=value ...]", "time training steps, or sums over the ranks",
     config_help, lk_cli_bench},
    {"report", "RUN...", "write a page of a run, or of several over each other", NULL,
     lk_cli_report},
    {"watch", "RUN...", "show in the terminal how runs stand, until q", NULL, lk_cli_watch},
    {"runs", "FOLDER", "list the runs below a folder", NULL, lk_cli_runs},
    {"diff", "RUN RUN", "what two runs have not in common", NULL, lk_cli_diff},
    {"clean", "RUN", "say which checkpoints of a run may go, or remove them", NULL,
     lk_cli_clean},
    {"attention", "EXPERIMENT", "measure and draw what attention can and cannot do",
     lk_cli_attention_help, lk_cli_attention},
    {"export", "CHECKPOINT OUT", "write a model as transformers or llama.cpp read it", NULL,
     lk_cli_export},
    {"import", "MODEL CHECKPOINT",
     "make a checkpoint of a folder of transformers or a file of nanoGPT", NULL,
     lk_cli_import},
    {"average", "CHECKPOINT... OUT",
     "make one model of several that have begun as one: the mean of their parameters", NULL,
     lk_cli_average},
    {"inspect", "FILE", "say what a checkpoint, a corpus or a file of tensors holds", NULL,
     lk_cli_inspect},
    {"text", "CORPUS [FIRST [COUNT]]",
     "print documents of a corpus, from 1, as they are trained on", NULL, lk_cli_text},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

const lk_command *lk_command_find(const char *name) {
  for (int i = 0; i < COMMANDS; i++)
    if (!strcmp(commands[i].name, name)) return &commands[i];
  return NULL;
}

const lk_command *lk_command_at(int place) {
  return place < COMMANDS ? &commands[place] : NULL;
}
