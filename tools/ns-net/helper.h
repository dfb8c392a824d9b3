/* helper.h: a network through a program (--user-net): pasta or slirp4netns.
 *
 * Only who has CAP_NET_ADMIN outside can lay a cable to there. Everybody may open
 * sockets there. So such a program takes the packets of a new network from a
 * device that it makes in it (a tap: what is sent to it can be read from a
 * descriptor), does with sockets outside what they ask for, and puts the answers
 * back as packets. pasta(1), slirp4netns(1). */
#ifndef STRATA_HELPER_H
#define STRATA_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "publish.h"

/* What is found inside, with either program. */
#define HELPER_DEVICE "eth0"
#define HELPER_ADDRESS "10.0.2.100/24"
#define HELPER_GATEWAY "10.0.2.2"
#define HELPER_NAMES "10.0.2.3"

struct helper {
	const char *name; /* "pasta" or "slirp4netns"; "" for any; NULL for no network */
	char *path;	  /* of the program */
	const struct publish *publishes;
	size_t publish_count;

	/* The rest is that of keeper.c and helper.c: the process that keeps the
	 * program, and a socket to it; and why it failed, in the program's words. */
	pid_t keeper;
	int socket;
	char said[600];
};

/* Reads the value of --user-net, NULL for none. Ends with 125 when it is no such
 * program. */
void helper_parse(struct helper *helper, const char *name);

/* Finds the program in PATH. Ends with 125 when it is not installed. */
void helper_find(struct helper *helper);

/* The words that it is called with, ended by NULL: for the network of that path,
 * saying that it is ready to the descriptor `ready`, if it can. A new array. */
char **helper_words(const struct helper *helper, const char *network, int ready);

/* Whether it says so; else it is ready when it has gone to the background. */
bool helper_says_ready(const struct helper *helper);

/* In the new network: reads back what the program was to make. */
void helper_verify(void);

/* keeper.c. Before the network is made: forks the keeper, the process that will
 * start the program, outside and in a PID namespace of its own. Returns 0, or -1
 * with errno. */
int keeper_fork(struct helper *helper);

/* In the new network: has the keeper start the program for it, and waits until
 * that is ready. Returns 0, or -1 with errno: ENETUNREACH when the program failed,
 * with what it said in helper->said, ETIMEDOUT when it did not get ready. */
int keeper_start(struct helper *helper);

/* The keeper's exit status when the program has ended that was ready before. */
#define KEEPER_HELPER_ENDED 1

/* Ends the keeper, and with it the program. */
void keeper_end(const struct helper *helper);

#endif
