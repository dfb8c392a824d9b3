/* missing_refusal.c: what to do about a path whose way ends. See missing.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "missing.h"
#include "paste.h"

/* The directory that a path lies in, quoted for the shell. A new string. */
static char *parent_to_paste(const char *path)
{
	char parent[PATH_MAX], *slash;

	snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	if (slash)
		slash[slash == parent] = '\0';
	return paste_word(slash ? parent : ".");
}

bool missing_decide(const char *id, const char *what, const struct missing *missing,
		    const struct state *state, struct reason *reason)
{
	char *part = paste_word(missing->part), *parent = parent_to_paste(missing->part);

	switch (missing->kind) {
	case PATH_FINE: break;
	case PATH_GONE:
		if (*missing->other)
			FIX("did you mean '%s'?  %s%s", missing->other,
			    paste_first(state->in_user_namespace),
			    paste_edit(missing->part, missing->other));
		else
			FIX("see what is there:  ls %s", parent);
		break;
	case PATH_DANGLING:
	case PATH_LOOP:
	case PATH_NO_DIRECTORY: FIX("look at it:  ls -ld %s", part); break;
	case PATH_CLOSED:
		if (state->in_user_namespace || state->uid == 0)
			FIX("let others pass, as uid %u:  chmod a+x %s\n"
			    "or take a copy that lies elsewhere",
			    missing->owner, part);
		else
			FIX("become root:  %s\n"
			    "or let others pass, as uid %u:  chmod a+x %s",
			    paste_line("sudo", NULL), missing->owner, part);
		id = "PATH-ACCESS";
	}
	free(part);
	free(parent);
	return missing->kind != PATH_FINE &&
	       REASON(id, "path_resolution(7)", "%s%s", what, missing_words(missing));
}
