/* Keeps notes: an example of a plugin. What it stores is there the next time it runs. */
#include "notes.h"

int main(int argc, char **argv) { return notes(argc, argv, stdin, stdout, stderr); }
