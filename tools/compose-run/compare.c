/* compare.c: --compare, the ten layers of one process beside another's. See
 * compare.h.
 *
 * Nothing is made and nothing is run: both processes are looked at (facts.c),
 * and the facts are laid side by side. Whether a layer is the same is told by
 * what the kernel calls it: the number of a namespace, the path of a cgroup,
 * the bits of a set. What could not be read is never the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare.h"
#include "memory.h"
#include "message.h"
#include "paste.h"

const char *verdict_names[] = { "same", "different", "unknown" };

static enum verdict judge_pair(const struct pair *pair, bool one_process)
{
	const struct fact *a = pair->of[0], *b = pair->of[1];

	if (!a || !b || !a->value || !b->value)
		return UNKNOWN;
	if (strcmp(a->value, b->value) != 0)
		return DIFFERENT;
	return a->doubt && !one_process ? UNKNOWN : SAME;
}

static void add_pair(struct comparison *comparison, int layer, const struct fact *a,
		     const struct fact *b)
{
	size_t n = comparison->layers[layer].count++;
	struct pair *pair;

	comparison->layers[layer].pairs =
		resize(comparison->layers[layer].pairs, n + 1, sizeof(*pair));
	pair = &comparison->layers[layer].pairs[n];
	*pair = (struct pair){ { a, b }, SAME };
	pair->verdict = judge_pair(pair, comparison->process[0].pid == comparison->process[1].pid);
}

static void judge_layer(struct comparison *comparison, int layer)
{
	const struct layer *a = &comparison->facts[0].layers[layer],
			   *b = &comparison->facts[1].layers[layer];
	enum verdict verdict = SAME;

	for (size_t i = 0; i < a->count; i++)
		add_pair(comparison, layer, &a->facts[i],
			 fact_find(b, a->facts[i].name, a->facts[i].group));
	for (size_t i = 0; i < b->count; i++)
		if (!fact_find(a, b->facts[i].name, b->facts[i].group))
			add_pair(comparison, layer, NULL, &b->facts[i]);

	/* One difference is enough, whatever else can't be read. */
	for (size_t i = 0; i < comparison->layers[layer].count; i++) {
		const struct pair *pair = &comparison->layers[layer].pairs[i];

		if (!(pair->of[0] ? pair->of[0] : pair->of[1])->decides)
			continue;
		if (pair->verdict == DIFFERENT || (pair->verdict == UNKNOWN && verdict == SAME))
			verdict = pair->verdict;
	}
	comparison->layers[layer].verdict = verdict;
}

void compare_judge(struct comparison *comparison)
{
	for (int layer = 0; layer < LAYERS; layer++)
		judge_layer(comparison, layer);
}

/* What would let more be read. */
static void note_unread(const struct comparison *comparison)
{
	for (int layer = 0; layer < LAYERS; layer++)
		for (size_t i = 0; i < comparison->layers[layer].count; i++)
			for (int side = 0; side < 2; side++) {
				const struct fact *fact =
					comparison->layers[layer].pairs[i].of[side];
				const struct process *process = &comparison->process[side];

				if (!fact || !fact->unknown || !fact->decides)
					continue;
				if (geteuid() != 0)
					note("process %d is not yours, or has rights that you have "
					     "not; as root more of it can be read:  %s",
					     process->pid, paste_line("sudo", NULL));
				else
					note("not all of process %d may be read: that takes "
					     "CAP_SYS_PTRACE in its user namespace; see ptrace(2)",
					     process->pid);
				return;
			}
}

void compare_run(const char *first, char *const words[], bool json, bool alike)
{
	static struct comparison comparison;
	const char *second = NULL;
	bool all = true;

	for (; *words; words++)
		if (strcmp(*words, "--json") == 0)
			json = true;
		else if (strcmp(*words, "--alike") == 0)
			alike = true;
		else if (second)
			die("--compare takes one process or two, and '%s' is a third", *words);
		else
			second = *words;
	process_hold(&comparison.process[0], first);
	process_hold(&comparison.process[1], second);
	for (int side = 0; side < 2; side++)
		facts_read(&comparison.process[side], &comparison.facts[side]);
	/* Still both at once: what is compared was true at the same time. */
	for (int side = 0; side < 2; side++)
		process_check_alive(&comparison.process[side]);
	if (alike)
		compare_alike(&comparison);
	compare_judge(&comparison);
	for (int layer = 0; layer < LAYERS; layer++)
		all &= comparison.layers[layer].verdict == SAME;

	if (json)
		compare_print_json(&comparison);
	else
		compare_print_rows(&comparison);
	if (fflush(stdout) != 0 || ferror(stdout))
		die_errno("cannot write the comparison");
	if (!json)
		note_unread(&comparison);
	exit(all ? 0 : 1);
}
