/* The objectives: X(name, help). The values of the key objective.kind, their help and the
 * table of src/data/objective.c derive from it. */
#ifndef LOCKSTEP_OBJECTIVE_LIST_H
#define LOCKSTEP_OBJECTIVE_LIST_H

#define LK_OBJECTIVES(X)                                                                   \
  X(corruption, "a span is cut out of the start of a document")                            \
  X(recall, "a span that tells of the document's subject is cut out of any part of it")    \
  X(questions, "the answers of `questions` are asked for")                                 \
  X(language, "every token, from those before it, and the document's end")

#endif
