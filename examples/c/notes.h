#ifndef NOTES_H
#define NOTES_H

#include <stdio.h>

/* What is said of a command that there is not. */
extern const char NOTES_HELP[];

/* Does what the arguments say, of which the first is the program's name; the answer is the exit status. */
int notes(int argc, char **argv, FILE *input, FILE *output, FILE *errors);

#endif
