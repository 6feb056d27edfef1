/* The one table of configuration keys.
 *
 * X(field, key, type, default, limits, bits, help): a field of struct lk_config, the name
 * as users write it (a section's keys with the section and a dot), text, count, real or
 * choice, the default as text, the limits, 1 where the trained numbers depend on the value
 * (LK_BITS_LATER for a key that came later than the first runs), and the line for --help.
 * Struct, YAML schema, checks, help, output and hash derive from it. A new section needs a
 * list of its own here and in src/config/file.c. */
#ifndef LOCKSTEP_CONFIG_KEYS_H
#define LOCKSTEP_CONFIG_KEYS_H

#include "lockstep/objective_list.h"
#include "lockstep/shape.h"
#include <stdint.h>

/* The trained numbers depend on the key, which is no part of the config's hash while it has
 * its default: runs of versions that did not know it go on. */
#define LK_BITS_LATER 2

#define LK_CONFIG_AUTO UINT64_MAX

/* What a type is in struct lk_config. A choice is the index of its name. */
typedef char *lk_config_text;
typedef uint64_t lk_config_count;
typedef double lk_config_real;
typedef int lk_config_choice;

/* Limits: any text; a whole number; one or a word that leaves it to the program, which is
 * LK_CONFIG_AUTO; a number; one above `low`; one of the names. */
#define LK_ANY                       .names = ""
#define LK_WHOLE(low, high)          .least = (low), .most = (high)
#define LK_WHOLE_OR(low, high, word) LK_WHOLE(low, high), .names = word
#define LK_BETWEEN(low, high)        .minimum = (low), .maximum = (high)
#define LK_ABOVE(low, high)          .minimum = (low), .maximum = (high), .open = 1
#define LK_ONE_OF(list)              .names = list

/* clang-format off */
#define LK_CONFIG_TOP(X)                                                                   \
  X(corpus, "corpus", text, "", LK_ANY, 0,                                                 \
    "the corpus: a text file, one document a line, or HDF5 made by prepare")               \
  X(tokenizer, "tokenizer", text, "characters", LK_ANY, 0,                                 \
    "of corpora that are texts: characters, bytes, or a file: of `lockstep tokenizer`, a " \
    "checkpoint, a corpus; with init the checkpoint's, where this is characters")          \
  X(questions, "questions", text, "", LK_ANY, 0,                                           \
    "the questions to finetune on: a file of question<TAB>answer lines")                   \
  X(dev, "dev", text, "", LK_ANY, 0,                                                       \
    "questions to answer at each checkpoint, for dev.csv and checkpoints/best; with "      \
    "probe.config the probe answers them instead, for probe.csv")                          \
  X(init, "init", text, "", LK_ANY, 0,                                                     \
    "the checkpoint whose parameters training starts from; empty: random ones")            \
  X(init_weights, "init_weights", choice, "last", LK_ONE_OF("last|mean"), LK_BITS_LATER,   \
    "which of init's parameters: its last, or their running mean (ema)")                   \
  X(run, "run", text, "", LK_ANY, 0,                                                       \
    "the run directory, for config, metrics and checkpoints")                              \
  X(steps, "steps", count, "0", LK_WHOLE(0, 1ull << 48), 0,                                \
    "length of the run in optimizer updates; 0: given by epochs")                          \
  X(epochs, "epochs", count, "0", LK_WHOLE(0, 1ull << 32), 0,                              \
    "length of the run in passes over the data; 0: given by steps")                        \
  X(batch_size, "batch_size", count, "128", LK_WHOLE(1, 1ull << 20), 1,                    \
    "documents, questions or windows a step, over all shards; a multiple of shards. With " \
    "more shards than ranks a rank works its shards off one after the other and adds up "  \
    "their gradients: memory is that of one shard's part, or two")                         \
  X(batch_tokens, "batch_tokens", count, "0", LK_WHOLE(0, 1ull << 40), 0,                  \
    "tokens a step instead of batch_size, which becomes as many rows of model.block as "   \
    "hold them, rounded up to a multiple of shards; 0: given by batch_size")               \
  X(batch_doublings, "batch_doublings", count, "0", LK_WHOLE(0, 16), LK_BITS_LATER,        \
    "how often the batch doubles: a step takes 1 batch of batch_size at first, then 2, "   \
    "4 …, and adds up their gradients; memory stays that of one")                          \
  X(batch_doubling_tokens, "batch_doubling_tokens", count, "0", LK_WHOLE(0, 1ull << 60),   \
    LK_BITS_LATER,                                                                         \
    "tokens (documents times model.block) from one doubling of the batch to the next")     \
  X(micro_tokens, "micro_tokens", count, "0", LK_WHOLE(0, 1ull << 40), LK_BITS_LATER,      \
    "bound of the tokens that a rank computes at a time: a shard's part of a batch is "    \
    "worked off in packs of micro_tokens / model.block documents or windows, which saves " \
    "memory; sums round otherwise then, alike on all ranks; 0: whole")                     \
  X(learning_rate, "learning_rate", real, "6e-3", LK_ABOVE(0, 1000), 1,                    \
    "highest learning rate of the schedule")                                               \
  X(shards, "shards", count, "8", LK_WHOLE(1, 32768), 1,                                   \
    "slices of the data, a power of two and at least the number of ranks")                 \
  X(deal, "deal", choice, "shuffled", LK_ONE_OF("shuffled|even|alike"), LK_BITS_LATER,      \
    "shuffled: an epoch takes a shard's documents or windows in random order; even: some " \
    "4,096 in a row are dealt to their steps so that each has as much to compute, and "    \
    "ranks wait less for the one with the longest; alike: so, and lengths that are drawn " \
    "(corruption: where a document is cut off) are the same in each shard of a step")      \
  X(balance, "balance", text, "even", LK_ANY, 0,                                           \
    "how many shards each rank has. even: as many; measured: as fast as it is found to be " \
    "at the start, for machines of several kinds; or a list by rank, such as 3,3,1,1. The " \
    "bits stay the same")                                                                  \
  X(seed, "seed", count, "1", LK_WHOLE(0, INT64_MAX), 1,                                   \
    "seed of all random numbers")                                                          \
  X(precision, "precision", choice, "fp32", LK_ONE_OF("fp32|bf16|bf16_attention"), 1,      \
    "number format of the operands of products, which for those of attention is bf16 with bf16_attention only; sums and all else are fp32")              \
  X(products, "products", choice, "openblas", LK_ONE_OF("openblas|onednn"), LK_BITS_LATER, \
    "library that computes products of fp32 numbers, also those beside bf16 ones; bench "  \
    "says which is the faster here")                                                       \
  X(dropout, "dropout", real, "0.1", LK_BETWEEN(0, 0.95), 1,                               \
    "share of activations set to zero in training, rounded to 65536ths")                                        \
  X(dropout_at, "dropout_at", choice, "all",                                               \
    LK_ONE_OF("all|hidden|embedding|attention|residual"), LK_BITS_LATER,                   \
    "where dropout is: everywhere; everywhere but in attention; or in the sum of the "     \
    "embeddings, in attention's weights or in what a block adds to the stream, alone")     \
  X(label_smoothing, "label_smoothing", real, "0", LK_BETWEEN(0, 1), LK_BITS_LATER,        \
    "share of the probability asked for that all tokens have in equal parts, instead of "  \
    "the right one alone; the training loss counts it, what is measured does not")         \
  X(focus, "focus", real, "0", LK_BETWEEN(0, 10), LK_BITS_LATER,                           \
    "a token's training loss counts (1 - p)^focus, p being the probability that it has: "  \
    "less where it is known, so that hard documents weigh more (focal loss); 0: 1")        \
  X(checkpoint_every, "checkpoint_every", count, "500",                                    \
    LK_WHOLE_OR(0, 1ull << 48, "auto"), 0,                                                 \
    "steps between checkpoints; 0: one at the end; auto: as many as leave most time "      \
    "useful, by what checkpoints and steps are measured to take and by node_mtbf, with "   \
    "checkpoint_write beside unless set")                                                  \
  X(node_mtbf, "node_mtbf", text, "150d", LK_ANY, 0,                                       \
    "mean time between failures of a node, such as 150d or 2000h, for "                    \
    "checkpoint_every=auto; the run's is that divided by its nodes")                       \
  X(checkpoint_write, "checkpoint_write", choice, "wait", LK_ONE_OF("wait|beside"), 0,     \
    "beside: training goes on while a checkpoint is written, from a copy of parameters "   \
    "and moments that rank 0 has room for from the start; the file stays the same; wait: " \
    "training waits, and nothing is held twice")                                           \
  X(checkpoint_copy, "checkpoint_copy", text, "", LK_ANY, 0,                               \
    "a folder on the first other host than rank 0's (or rank 1's own, where there is one "  \
    "host) that gets a copy of each checkpoint, by the same rules of which stay; when the " \
    "run has lost its own, the newest good copy is fetched back. Empty: none")              \
  X(validate_every, "validate_every", count, "500", LK_WHOLE(0, 1ull << 48), 0,            \
    "steps between measurements of the held-out loss (validation), after each of which a " \
    "better model than all before becomes checkpoints/best; 0: one at the end")            \
  X(patience, "patience", count, "0", LK_WHOLE(0, 1ull << 32), 0,                          \
    "the run ends when so many held-out losses in a row are no better than the best; 0: "  \
    "it does not")                                                                         \
  X(keep_last, "keep_last", count, "3", LK_WHOLE(0, 1000000), 0,                           \
    "newest checkpoints to keep; 0: all")                                                  \
  X(keep_every, "keep_every", count, "0", LK_WHOLE(0, 1ull << 48), 0,                      \
    "checkpoints of steps that are a multiple of this are kept for good; 0: none")         \
  X(resume, "resume", text, "auto", LK_ANY, 0,                                             \
    "auto (go on from the run's newest good checkpoint), never, or a checkpoint")          \
  X(strict, "strict", choice, "false", LK_ONE_OF("false|true"), 0,                         \
    "refuse to go on with a run of another program, library or instruction set, whose bits " \
    "may differ from here on, instead of saying so")                                       \
  X(shard, "shard", choice, "auto", LK_ONE_OF("auto|none|optimizer"), 0,                   \
    "optimizer: each rank updates and remembers its part of the parameters, so that a "    \
    "rank's share of the optimizer's memory falls with their number; the bits stay the "   \
    "same; auto: so with replicas=node, whose ranks have one copy to update")              \
  X(wire, "wire", choice, "fp32", LK_ONE_OF("fp32|bf16"), LK_BITS_LATER,                   \
    "bf16: gradients travel between ranks in half the bytes. For that each shard's, and "  \
    "each sum of two shards', of two such sums', … is rounded to 8 significant bits, off " \
    "by at most 1/256 of a number each time, the same bits on any number of ranks")        \
  X(replicas, "replicas", choice, "rank", LK_ONE_OF("rank|node|auto"), 0,                  \
    "node: the ranks of a host have one copy of the parameters, in shared memory, and "    \
    "the optimizer's part in its update that shard deals out; auto: node where "           \
    "shard=optimizer and a copy each would be more than a host's memory, or than its "     \
    "control groups allow; the bits stay the same")                                        \
  X(threads, "threads", count, "1", LK_WHOLE(1, 1024), 1,                                  \
    "threads a rank: matrix products, attention, rows, sums of gradients, optimizer")      \
  X(overlap, "overlap", choice, "on", LK_ONE_OF("off|on"), 0,                              \
    "send a layer's gradients while earlier layers are computed; the bits stay the same")  \
  X(kernels, "kernels", choice, "fast", LK_ONE_OF("fast|reference"), 1,                    \
    "the optimised kernels or the plain ones that they are checked against")               \
  X(recompute, "recompute", choice, "none", LK_ONE_OF("none|block"), 0,                    \
    "block: of a block's activations only its input is kept, and the backward pass "       \
    "computes the rest again, with the same bits, in less memory; none: all is kept")      \
  X(optimizer, "optimizer", choice, "adamw", LK_ONE_OF("adamw|muon"), 1,                   \
    "AdamW, or Muon for the blocks' matrices and AdamW for the rest")                      \
  X(momentum, "momentum", real, "0.95", LK_BETWEEN(0, 0.999999), 1,                        \
    "Muon's decay of the gradients' mean a step")                                          \
  X(muon_precision, "muon_precision", choice, "fp32", LK_ONE_OF("fp32|bf16"), LK_BITS_LATER, \
    "number format of the operands of the products by which Muon makes matrices "          \
    "orthogonal: bf16, as its authors have it, takes less time where bf16 products do; "   \
    "sums and all else are fp32")                                                          \
  X(weight_decay, "weight_decay", real, "0.1", LK_BETWEEN(0, 100), 1,                      \
    "decoupled weight decay, on everything but biases")                                    \
  X(beta1, "beta1", real, "0.9", LK_BETWEEN(0, 0.999999), 1,                               \
    "AdamW's decay of the first moment a step")                                            \
  X(beta2, "beta2", real, "0.95", LK_BETWEEN(0, 0.999999), 1,                              \
    "AdamW's decay of the second moment a step")                                           \
  X(epsilon, "epsilon", real, "1e-8", LK_ABOVE(0, 1), 1,                                   \
    "AdamW's addition to the denominator")                                                 \
  X(ema, "ema", real, "0", LK_BETWEEN(0, 0.9999999), LK_BITS_LATER,                        \
    "decay a step of a running mean of the parameters, which is kept beside them, saved " \
    "as /ema and what is measured and asked; 0: none")                                    \
  X(clip, "clip", real, "1.0", LK_BETWEEN(0, 1e9), 1,                                      \
    "largest global norm of the gradient; 0: no clipping")                                 \
  X(replica_check_every, "replica_check_every", count, "100", LK_WHOLE(0, 1ull << 48), 0,  \
    "steps between comparisons of the ranks' parameters; 0: before checkpoints only")      \
  X(on_nonfinite, "on_nonfinite", choice, "stop", LK_ONE_OF("stop|skip"), 0,               \
    "a loss or gradient that is not finite stops the run, or its update is left out")      \
  X(gradient_limit, "gradient_limit", real, "1e6", LK_BETWEEN(0, 1e300), 1,                \
    "a gradient norm above this, before clipping, counts as not finite; 0: no limit")      \
  X(stop_after, "stop_after", text, "", LK_ANY, 0,                                         \
    "time after which the run writes a checkpoint and stops, such as 3h30m, 45m or 90s")   \
  X(watchdog, "watchdog", real, "60", LK_BETWEEN(0, 86400), 0,                             \
    "seconds after which a dead, stopped or stuck rank ends the run; 0: no watchdog")      \
  X(log_seconds, "log_seconds", real, "5", LK_BETWEEN(0, 86400), 0,                        \
    "seconds between lines of progress where the output is no terminal")                   \
  X(report, "report", choice, "false", LK_ONE_OF("false|true"), 0,                         \
    "rank 0 writes report.html of the run, a page to look at, at each checkpoint and at "  \
    "the end, unless that has taken more than 0.5 % of the time so far")                    \
  X(report_heads, "report_heads", text, "", LK_ANY, 0,                                      \
    "report.html shows what these heads look at in the run's first sample, or its first "   \
    "question: auto, those that look most at one token, or LAYER:HEAD,... from 1")          \
  X(jsonl, "jsonl", choice, "false", LK_ONE_OF("false|true"), 0,                           \
    "write metrics.jsonl, too: a JSON object a row, for programs that gather metrics")      \
  X(tensorboard, "tensorboard", choice, "false", LK_ONE_OF("false|true"), 0,               \
    "write tensorboard/ of the run, too, for `tensorboard --logdir`")                      \
  X(histogram_every, "histogram_every", count, "0", LK_WHOLE(0, 1ull << 48), 0,            \
    "steps between histograms of the gradients by layer, in tensorboard/; 0: none")

/* A list in YAML; of it the weights are what the bits depend on, the files are known by
 * their sums. */
#define LK_CONFIG_CORPORA(X)                                                               \
  X(corpora, "corpora", text, "", LK_ANY, LK_BITS_LATER,                                   \
    "several corpora instead of `corpus`: a list of {file: FILE, weight: NUMBER}, as an "  \
    "argument FILE:WEIGHT,FILE:WEIGHT; what a corpus has comes so many times an epoch")

#define LK_CONFIG_SAMPLES(X)                                                               \
  X(samples, "samples", text, "", LK_ANY, 0,                                               \
    "beginnings of texts that the model continues every validate_every steps, into "       \
    "samples.txt of the run: a list, as an argument ONE|TWO")

/* The rows of shape.h; `least` and `most` of a choice count its names. */
#define LK_MODEL_LIMITS(low, high, list)                                                   \
  .least = low, .most = high, .minimum = low, .maximum = high, .names = list
#define LK_MODEL_KEY(X, field, type, initial, least, most, list, bits, words, help)        \
  X(model_##field, "model." #field, type, initial, LK_MODEL_LIMITS(least, most, list),     \
    bits, help)
#define LK_CONFIG_MODEL(X) LK_SHAPE_FIELDS(LK_MODEL_KEY, X)

#define LK_CONFIG_SCHEDULE(X)                                                              \
  X(schedule_kind, "schedule.kind", choice, "cosine",                                      \
    LK_ONE_OF("wave|cosine|constant|wsd|linear|inverse_sqrt"), 1,                          \
    "cosine stays at its minimum, wave climbs again after it, constant does not fall; "    \
    "linear falls in a line to the minimum, wsd so in the cooldown alone; inverse_sqrt "   \
    "with the square root of the tokens")                                                  \
  X(schedule_warmup_tokens, "schedule.warmup_tokens", count, "10240",                      \
    LK_WHOLE(0, 1ull << 48), 1,                                                            \
    "tokens (padded rows) over which the learning rate rises from 0")                  \
  X(schedule_warmup_documents, "schedule.warmup_documents", count, "0",                    \
    LK_WHOLE(0, 1ull << 32), 0,                                                            \
    "documents, questions or windows over which it rises, instead of warmup_tokens; 0: "   \
    "given by that")                                                                       \
  X(schedule_decay_epochs, "schedule.decay_epochs", count, "200", LK_WHOLE(0, 1ull << 32), 1, \
    "passes over the corpus until the rate is lowest; 0, as for linear and wsd where it "  \
    "is not given: the length of the run, which then has to stay when the run is resumed") \
  X(schedule_cooldown, "schedule.cooldown", real, "0.2", LK_ABOVE(0, 1), LK_BITS_LATER,    \
    "wsd: share of that length, at its end, in which the learning rate falls")             \
  X(schedule_minimum, "schedule.minimum", real, "0.1", LK_BETWEEN(0, 1), 1,                \
    "lowest share of the learning rate")

#define LK_OBJECTIVE_NAME(name, help) "|" #name
#define LK_OBJECTIVE_HELP(name, help) "; " #name ": " help
#define LK_CONFIG_OBJECTIVE(X)                                                             \
  X(objective_kind, "objective.kind", choice, "auto",                                      \
    LK_ONE_OF("auto" LK_OBJECTIVES(LK_OBJECTIVE_NAME)), LK_BITS_LATER,                     \
    "what is to be predicted" LK_OBJECTIVES(LK_OBJECTIVE_HELP)                             \
    "; auto: questions for finetune, recall where one of the keys below is set, else "     \
    "corruption")                                                                          \
  X(objective_window, "objective.window", choice, "start", LK_ONE_OF("start|random|every"), \
    LK_BITS_LATER,                                                                         \
    "what a visit shows of a document longer than an example: its start (recall: a part "  \
    "around a span anywhere); a random part, longer documents in proportion more often; "  \
    "every part in turn, so that an epoch shows every token once; not given, it is "   \
    "every for objective.kind language")                                                   \
  X(objective_across, "objective.across", choice, "false", LK_ONE_OF("false|true"),        \
    LK_BITS_LATER,                                                                         \
    "language: a shard's documents lie end to end and are cut into windows of one length, " \
    "whose attention goes across the ends of documents; false: a window is of one document") \
  X(objective_full, "objective.full", choice, "false", LK_ONE_OF("false|true"),            \
    LK_BITS_LATER,                                                                         \
    "language: documents of all shards lie end to end and are cut into windows of "        \
    "model.block tokens, of which each shard gets as many, so that all steps of an epoch " \
    "but its last are full; attention ends with a document unless objective.across")       \
  X(objective_spans, "objective.spans", choice, "random", LK_ONE_OF("random|salient"), 1,  \
    "what is cut out: any span; a word with a capital first letter, or a number")          \
  X(objective_answers, "objective.answers", real, "0", LK_BETWEEN(0, 1), 1,                \
    "share of spans that are an answer in `questions`, where the document has such a word") \
  X(objective_weigh, "objective.weigh", choice, "false", LK_ONE_OF("false|true"),          \
    LK_BITS_LATER,                                                                         \
    "of a document's words that are answers, each is cut out as often as `questions` has it, " \
    "against the others; false: all are as often")                                         \
  X(objective_first_of, "objective.first_of", count, "1", LK_WHOLE(1, 16), LK_BITS_LATER,    \
    "so many words are drawn, and the one that stands first in the document is cut out, for " \
    "it tells most of the subject; 1: none is preferred")                                  \
  X(objective_keep_name, "objective.keep_name", choice, "false", LK_ONE_OF("false|true"),  \
    1, "the document's title, up to its first full stop, is never cut out or off")         \
  X(objective_ask, "objective.ask", real, "0", LK_BETWEEN(0, 1), 1,                        \
    "share of examples in the form of a question: the word in front of the span and some " \
    "others of its context, the title among them, and loss for the span alone")            \
  X(objective_crop, "objective.crop", real, "0", LK_BETWEEN(0, 1), 1,                      \
    "share of examples whose context is cut off at random on both sides of the span")

/* X(field, value, other, its value): the default of a key that is not given while the other
 * has that value. It is the config's from then on: written out, it is there. */
#define LK_CONFIG_DEFAULTS(X)                                                              \
  X(checkpoint_write, "beside", checkpoint_every, "auto")                                  \
  X(objective_window, "every", objective_kind, "language")                                 \
  X(schedule_decay_epochs, "0", schedule_kind, "linear")                                   \
  X(schedule_decay_epochs, "0", schedule_kind, "wsd")

#define LK_CONFIG_PROBE(X)                                                                 \
  X(probe_config, "probe.config", text, "", LK_ANY, 0,                                     \
    "finetune a copy of the model by this config on `questions` and score it on `dev`, "   \
    "for probe.csv (pretrain only); its files, threads, kernels and memory are the run's")         \
  X(probe_every, "probe.every", count, "0", LK_WHOLE(0, 1ull << 48), 0,                    \
    "steps between probes, each with a checkpoint; 0: one at the start and one at the end")

#define LK_CONFIG_VALIDATION(X)                                                            \
  X(validation_file, "validation.file", text, "", LK_ANY, 0,                               \
    "documents whose loss is measured while training: a text, which each rank then holds, " \
    "or HDF5 made by prepare with the corpus' tokenizer")                                  \
  X(validation_share, "validation.share", real, "0", LK_BETWEEN(0, 0.5), LK_BITS_LATER,    \
    "share of the corpora's documents that is held out for that, chosen by the seed, and " \
    "not trained on")

#define LK_CONFIG_SYNC(X)                                                                  \
  X(sync_every, "sync.every", count, "0", LK_WHOLE(0, 1ull << 20), LK_BITS_LATER,          \
    "for slow links: groups of ranks make so many steps by themselves, each on its shards " \
    "of the batches, before an outer step makes one model of theirs again (DiLoCo, "       \
    "arXiv:2311.08105). Losses, gradient norms and clipping are a group's; stops, "        \
    "checkpoints and measurements wait for an outer step; 0: no groups")                   \
  X(sync_groups, "sync.groups", count, "2", LK_WHOLE(1, 64), LK_BITS_LATER,                \
    "those groups, such as hosts or sites: a power of two, at most shards; of P ranks the " \
    "first P / groups are one, and so on, or each has groups / P of them. A step of a "    \
    "group is one of batch_size / groups documents. Bits depend on the number of groups, " \
    "not on that of ranks")                                                                \
  X(sync_outer, "sync.outer", choice, "nesterov", LK_ONE_OF("nesterov|sgd|none"),          \
    LK_BITS_LATER,                                                                         \
    "what the mean of the groups' changes becomes: a step of SGD with Nesterov's or with " \
    "plain momentum; none: the mean of the groups' parameters is taken as it is")          \
  X(sync_rate, "sync.rate", real, "0.7", LK_ABOVE(0, 100), LK_BITS_LATER,                  \
    "learning rate of outer steps")                                                        \
  X(sync_momentum, "sync.momentum", real, "0.9", LK_BETWEEN(0, 0.999999), LK_BITS_LATER,   \
    "decay of the changes' running sum an outer step")                                     \
  X(sync_wire, "sync.wire", choice, "fp32", LK_ONE_OF("fp32|bf16|int8"), LK_BITS_LATER,    \
    "how changes travel between groups: what rounding leaves out, a group adds to its "    \
    "next change. Each sends to all others then, so that of fp32's bytes bf16 takes "      \
    "groups / 4 and int8 groups / 8")                                                      \
  X(sync_meet, "sync.meet", text, "", LK_ANY, 0,                                           \
    "HOST:PORT of lockstep meet, where every group is a job of its own, of which one may " \
    "be lost: the others go on, and it comes back with their model. All ranks are one "    \
    "group then, number sync.group")                                                       \
  X(sync_group, "sync.group", count, "0", LK_WHOLE(0, 63), LK_BITS_LATER,                  \
    "its number, from 0 on; the group trains on every sync.groups-th batch")               \
  X(sync_key, "sync.key", text, "", LK_ANY, 0,                                             \
    "file of the secret, 16 bytes or more, that groups and the meeting point know")        \
  X(sync_patience, "sync.patience", real, "600", LK_ABOVE(0, 1e9), 0,                      \
    "seconds for which the meeting point may be out of reach before the job ends")

#define LK_CONFIG_EVALUATE(X)                                                              \
  X(evaluate_most, "evaluate.most", count, "0", LK_WHOLE(0, 65536), 0,                     \
    "most tokens of an answer, its end included; 0: as many as the longest training "  \
    "answer, at least 32")

#define LK_CONFIG_KEYS(X)                                                                  \
  LK_CONFIG_TOP(X)                                                                         \
  LK_CONFIG_CORPORA(X) LK_CONFIG_SAMPLES(X)                                                \
  LK_CONFIG_MODEL(X) LK_CONFIG_SCHEDULE(X) LK_CONFIG_OBJECTIVE(X)                          \
  LK_CONFIG_PROBE(X) LK_CONFIG_VALIDATION(X) LK_CONFIG_SYNC(X) LK_CONFIG_EVALUATE(X)
/* clang-format on */

/* LK_KEY_<field>: the key's place in the table. */
#define LK_CONFIG_INDEX(field, ...) LK_KEY_##field,
enum { LK_CONFIG_KEYS(LK_CONFIG_INDEX) LK_CONFIG_KEY_COUNT };

#endif
