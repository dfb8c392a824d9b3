/* draw.c: --draw, the layers of a container as boxes in boxes. See draw.h.
 *
 * Of a chain the words tell who does what: a link that forks leaves the one
 * process outside as a supervisor, and its child goes on. Of a process that
 * runs nobody knows who made its layers; but its ancestors can be asked which
 * of them they have, too. The outermost that has a layer was the first in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "compare.h"
#include "draw.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "paste.h"
#include "picture.h"

#define ANCESTORS_MAX 12

static _Noreturn void print(const char *title, const char *lead, const char *foot,
			    const struct box *boxes, size_t count)
{
	if (picture_print(title, lead, foot, boxes, count) != 0)
		die_errno("cannot write the picture");
	exit(0);
}

/* ---- a process that runs ---- */

/* The number of the parent, or 0 when it is outside of our PID namespace. */
static int parent_of(const struct process *process)
{
	char status[4096];
	const char *parent = NULL;

	if (read_file(process_path(process, "status"), status, sizeof(status)) > 0)
		parent = find_field(status, "PPid");
	return parent ? atoi(parent) : 0;
}

/* A process of the line from the program outwards, beside the program. */
struct ancestor {
	struct comparison beside;
	bool is_first; /* PID 1 of the program's PID namespace */
};

static const char *value_of(const struct facts *facts, int layer, const char *name)
{
	const struct fact *fact = fact_find(&facts->layers[layer], name, NULL);

	return fact && fact->value ? fact->value : "";
}

/* Whether two processes have a layer in common that we have not. */
static bool shares_any(const struct comparison *beside, const struct comparison *with_us)
{
	for (int layer = 0; layer < LAYERS; layer++)
		if (with_us->layers[layer].verdict == DIFFERENT &&
		    beside->layers[layer].verdict == SAME)
			return true;
	return false;
}

/* Reads the ancestors of the program, which is line[0], until one has nothing
 * of its container. Returns how many. */
static size_t read_line(const struct comparison *with_us, struct ancestor line[ANCESTORS_MAX])
{
	const struct process *program = &with_us->process[0];
	char number[16];
	size_t count = 0;
	int pid = program->pid;

	while (pid > 0 && count < ANCESTORS_MAX) {
		struct ancestor *one = &line[count];

		snprintf(number, sizeof(number), "%d", pid);
		one->beside.process[0] = *program;
		one->beside.facts[0] = with_us->facts[0];
		process_hold(&one->beside.process[1], number);
		facts_read(&one->beside.process[1], &one->beside.facts[1]);
		compare_judge(&one->beside);
		one->is_first = one->beside.layers[LAYER_PID].verdict == SAME &&
				strcmp(value_of(&one->beside.facts[1], LAYER_PID, "pid"), "1") == 0;
		if (count > 0 && !shares_any(&one->beside, with_us))
			break;
		count++;
		pid = parent_of(&one->beside.process[1]);
	}
	return count;
}

/* Since which process a layer is there: the outermost of the line that has it,
 * and all between. */
static void tell_since(const struct ancestor *line, size_t count, int layer, struct box *box)
{
	const struct ancestor *since = &line[0];
	const struct process *process;

	for (size_t i = 1; i < count && line[i].beside.layers[layer].verdict == SAME; i++)
		since = &line[i];
	process = &since->beside.process[1];
	if (since->is_first)
		box->maker = MAKER_FIRST;
	else if (since->beside.layers[LAYER_PID].verdict == DIFFERENT)
		box->maker = MAKER_OUTSIDE;
	else
		box->maker = MAKER_PROGRAM;
	box->who = print_text("first in it: %d (%s)%s", process->pid, process->command,
			      since->is_first		    ? ", PID 1 inside"
			      : box->maker == MAKER_OUTSIDE ? ", a supervisor"
							    : "");
}

void draw_process(const char *pid, char *const words[])
{
	static struct comparison with_us;
	static struct ancestor line[ANCESTORS_MAX];
	struct box boxes[LAYERS + 1] = { 0 };
	const struct process *program = &with_us.process[0], *us = &with_us.process[1];
	size_t count;

	if (*words)
		die("--draw takes one process, or -- and what is to be drawn; '%s' is too much",
		    *words);
	process_hold(&with_us.process[0], pid);
	process_hold(&with_us.process[1], NULL);
	for (int side = 0; side < 2; side++)
		facts_read(&with_us.process[side], &with_us.facts[side]);
	compare_judge(&with_us);
	count = read_line(&with_us, line);
	process_check_alive(program);

	for (int layer = 0; layer < LAYERS; layer++) {
		struct box *box = &boxes[layer];

		box->name = tool_names[layer];
		box->text = compare_words(&with_us, layer, 0);
		if (with_us.layers[layer].verdict == DIFFERENT) {
			tell_since(line, count, layer, box);
		} else if (with_us.layers[layer].verdict == SAME) {
			box->maker = MAKER_NOBODY;
			box->who = "not its own: the same as ours";
		} else {
			box->maker = MAKER_UNKNOWN;
			box->who = "not known whether it is its own";
		}
	}
	boxes[LAYERS] = (struct box){
		.name = program->command,
		.who = print_text("the program, process %d", program->pid),
		.text = print_text("%s inside",
				   *value_of(&with_us.facts[0], LAYER_PID, "pid")
					   ? print_text("process %s", value_of(&with_us.facts[0],
									       LAYER_PID, "pid"))
					   : "number unknown"),
		.maker = MAKER_PROGRAM,
	};
	print(print_text("Process %d (%s), layer by layer", program->pid, program->command),
	      "First in it:", print_text("As process %d (%s) sees it.", us->pid, us->command),
	      boxes, LAYERS + 1);
}

/* ---- a chain that is not run ---- */

static bool has_word(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->word[i], word) == 0)
			return true;
	return false;
}

/* The words from `first` on, as one types them. */
static char *typed(const struct words *words, size_t first)
{
	char *text = copy_text(""), *clean;

	for (size_t i = first; i < words->count; i++) {
		char *word = paste_word(words->word[i]);
		char *longer = print_text("%s%s%s", text, i > first ? " " : "", word);

		free(word);
		free(text);
		text = longer;
	}
	clean = clean_text(text);
	free(text);
	return clean;
}

/* The names of the layers that no link makes. */
static char *left_out(const struct chain *chain)
{
	char text[200] = "";
	size_t used = 0;

	for (const char *const *name = tool_names; *name; name++) {
		size_t i = 0;

		while (i < chain->count && strcmp(chain->rows[i].words.word[0], *name) != 0)
			i++;
		if (i == chain->count)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? ", " : "Left out: ", *name);
	}
	return copy_text(used ? text : "All ten layers.");
}

/* Whether a link starts a program that carries packets. It forks first: the network is
 * its child's. */
static bool has_helper(const struct words *words)
{
	return strcmp(words->word[0], "ns-net") == 0 && words->count > 1 &&
	       strncmp(words->word[1], "--user-net", 10) == 0;
}

/* Whether a link forks, and stays outside of what comes behind. */
static bool stays(const struct words *words)
{
	const char *name = words->word[0];

	if (strcmp(name, "cgroup") == 0)
		return !has_word(words, "--cgroupns");
	if (strcmp(name, "ns-pid") == 0)
		return !has_word(words, "--reap");
	if (strcmp(name, "ns-net") == 0)
		return has_word(words, "--outside") || has_helper(words);
	if (strcmp(name, "compose-run") != 0)
		return false;
	if (strcmp(words->word[1], "hooks") == 0)
		return !has_word(words, "--created") && !has_word(words, "--starting");
	return strcmp(words->word[1], "time") == 0 && !has_word(words, "--no-fork") &&
	       !has_word(words, "--join");
}

/* Who makes a layer when so many of so many supervisors stand outside already. */
static const char *supervisor(size_t before, size_t all)
{
	static const char *const texts[] = {
		"made by the first supervisor",
		"made by the second supervisor",
		"made by the third supervisor",
		"made by a further supervisor",
	};

	if (before == all)
		return "made by the process that becomes the program";
	return all == 1 ? "made by the supervisor" : texts[before < 3 ? before : 3];
}

void draw_chain(const struct chain *chain)
{
	struct box boxes[CHAIN_ROWS] = { 0 };
	bool first = false; /* PID 1 is reached */
	size_t count = 0, forks = 0, before = 0;
	const char *who;

	for (size_t i = 1; i < chain->count; i++)
		forks += chain->rows[i].comment && stays(&chain->rows[i].words);
	who = supervisor(0, forks);
	for (size_t i = 1; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;
		bool program = !chain->rows[i].comment;
		bool init = !program && strcmp(words->word[0], "ns-pid") == 0 &&
			    has_word(words, "--reap");
		struct box *box = &boxes[count++];
		size_t name = (size_t)chain_name_words(words->word);

		if (!program && has_helper(words))
			who = supervisor(++before, forks);
		box->name = program	? "the program"
			    : name == 2 ? print_text("%s %s", words->word[0], words->word[1])
					: words->word[0];
		box->text = typed(words, program ? 1 : name);
		box->note = chain->rows[i].comment;
		box->maker = program || (before == forks && !first) ? MAKER_PROGRAM
			     : first				    ? MAKER_FIRST
								    : MAKER_OUTSIDE;
		box->who = who;
		if (!program && stays(words) && !has_helper(words)) {
			before++;
			first = strcmp(words->word[0], "ns-pid") == 0;
			who = first ? "made by PID 1" : supervisor(before, forks);
		} else if (init) {
			box->name = "init (ns-pid)";
			box->who =
				first ? "PID 1 stays here, as the init" : "stays here, as the init";
			who = "its child";
		} else if (program) {
			box->text = words->count > 1 ? box->text : "a shell";
			if (strcmp(who, "its child") == 0)
				box->who = "a child of the init";
			else
				box->who =
					first ? "PID 1 becomes it" : "the last process becomes it";
		}
	}
	print("compose-run: the chain, link by link", "Made by:", left_out(chain), boxes, count);
}
