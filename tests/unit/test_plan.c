/* From options to a chain, and from a chain to a line for the shell. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/cgroup/cgroup.h"
#include "../../tools/compose-run/options.h"
#include "../../tools/compose-run/plan.h"
#include "../../tools/compose-run/run.h"
#include "unit.h"

/* The machine of this test lets one make cgroups. */
bool cgroup_can_create(char *why, size_t size)
{
	(void)why, (void)size;
	return true;
}

static int count(char *words[])
{
	int n = 0;

	while (words[n])
		n++;
	return n;
}

/* A copy of a command line that may be written to, as argv may. */
static char **copy_of(char *words[])
{
	static char *copy[32];
	int n = 0;

	for (; words[n]; n++)
		copy[n] = strdup(words[n]);
	copy[n] = NULL;
	return copy;
}

/* Compiles a command line, and returns the names of the links in order. */
static const char *links_of(char *line[], struct chain *chain)
{
	static char names[512];
	struct config config;
	struct request request;

	line = copy_of(line);
	options_read(count(line), line, &config, &request);
	plan_compile(&config, chain);
	*names = '\0';
	for (size_t i = 1; i < chain->count; i++)
		strcat(strcat(names, i > 1 ? " " : ""), chain->rows[i].words.word[0]);
	return names;
}

/* The words of the link of that name, joined with blanks. */
static const char *link_of(const struct chain *chain, const char *name)
{
	static char text[8192];

	for (size_t i = 0; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;

		if (strcmp(words->word[0], name) != 0)
			continue;
		*text = '\0';
		for (size_t j = 0; j < words->count; j++)
			strcat(strcat(text, j ? " " : ""), words->word[j]);
		return text;
	}
	return "";
}

static void all_layers_in_their_order(void **state)
{
	struct chain chain;

	(void)state;
	assert_string_equal(
		links_of((char *[]){ "compose-run", "--", "ls", NULL }, &chain),
		"cgroup ns-user cgroup ns-pid ns-uts ns-ipc ns-net ns-mnt chroot capdrop "
		"lsm --");
	assert_string_equal(link_of(&chain, "--"), "-- ls");
	assert_string_equal(link_of(&chain, "ns-uts"), "ns-uts --hostname strata");
}

static void a_shell_when_nothing_is_asked_for(void **state)
{
	struct chain chain;

	(void)state;
	links_of((char *[]){ "compose-run", NULL }, &chain);
	assert_string_equal(link_of(&chain, "--"), "-- sh");
}

static void layers_can_be_left_out(void **state)
{
	struct chain chain;

	(void)state;
	assert_string_equal(links_of((char *[]){ "compose-run", "--without", "cgroup,lsm,ns-uts",
						 "ls", NULL },
				     &chain),
			    "ns-user ns-pid ns-ipc ns-net ns-mnt chroot capdrop --");
	assert_null(strstr(link_of(&chain, "env"), "HOSTNAME"));
}

static void host_namespaces_bind_what_cannot_be_mounted(void **state)
{
	struct chain chain;

	(void)state;
	assert_string_equal(links_of((char *[]){ "compose-run", "--pid", "host", "--network",
						 "host", "--ipc", "host", "--uts", "host",
						 "--cgroupns", "host", NULL },
				     &chain),
			    "cgroup ns-user ns-mnt chroot capdrop lsm --");
	assert_non_null(strstr(link_of(&chain, "ns-mnt"), "--bind /proc:/proc"));
	assert_non_null(strstr(link_of(&chain, "ns-mnt"), "--ro-bind /sys:/sys"));
}

static void an_init_is_the_last_link(void **state)
{
	struct chain chain;

	(void)state;
	links_of((char *[]){ "compose-run", "--init", "ls", NULL }, &chain);
	assert_string_equal(chain.rows[chain.count - 2].words.word[0], "ns-pid");
	assert_string_equal(chain.rows[chain.count - 2].words.word[1], "--reap");
}

static void capabilities_as_docker_reads_them(void **state)
{
	struct chain chain;

	(void)state;
	links_of((char *[]){ "compose-run", "--cap-add", "net_admin", "--cap-drop", "chown", NULL },
		 &chain);
	assert_non_null(
		strstr(link_of(&chain, "capdrop"), "--preset docker --add net_admin --drop chown"));
	links_of((char *[]){ "compose-run", "--cap-drop", "ALL", "--cap-add", "chown", NULL },
		 &chain);
	assert_non_null(strstr(link_of(&chain, "capdrop"), "capdrop --keep chown"));
	assert_null(strstr(link_of(&chain, "capdrop"), "docker"));
	links_of((char *[]){ "compose-run", "--cap-drop", "all", NULL }, &chain);
	assert_non_null(strstr(link_of(&chain, "capdrop"), "capdrop --drop all"));
}

static void the_new_root_covers_no_source(void **state)
{
	struct chain chain;

	(void)state;
	if (access("/mnt", F_OK) != 0 || access("/media", F_OK) != 0) {
		print_message("no /mnt and /media here\n");
		skip();
	}
	links_of((char *[]){ "compose-run", "-v", "/mnt:/data", NULL }, &chain);
	assert_non_null(strstr(link_of(&chain, "ns-mnt"), "--root /media"));
	assert_non_null(strstr(link_of(&chain, "ns-mnt"), "type=bind,src=/mnt,dst=/data"));
}

/* What a shell makes of the printed words is what they were. */
static void prints_what_a_shell_reads_back(void **state)
{
	static char *const words[] = { "plain", "two words", "it's", "",    "$HOME `x` \"q\" \\",
				       "a\nb",	"*",	     "~",    "#no", "-x=1;2&3|4>5" };
	struct chain chain = { 0 };
	char path[] = "/tmp/strata-print-XXXXXX", command[128], line[4096] = "",
	     expected[4096] = "";
	int saved = dup(1), fd = mkstemp(path);
	FILE *pipe;
	size_t n;

	(void)state;
	assert_true(fd >= 0);
	words_add(&chain.rows[0].words, "printf");
	chain.rows[0].comment = "a comment, it says";
	words_add(&chain.rows[1].words, "<%%s>");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		words_add(&chain.rows[1].words, "%s", words[i]);
		strcat(strcat(strcat(expected, "<"), words[i]), ">");
	}
	chain.count = 2;
	fflush(stdout);
	dup2(fd, 1);
	run_print(&chain);
	fflush(stdout);
	dup2(saved, 1);
	close(saved);

	snprintf(command, sizeof(command), "sh %s", path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(line, 1, sizeof(line) - 1, pipe);
	line[n] = '\0';
	assert_int_equal(pclose(pipe), 0);
	unlink(path);
	assert_string_equal(line, expected);
}

static void read_line(void *line)
{
	struct config config;
	struct request request;
	struct chain chain;
	char **copy = copy_of(line);

	options_read(count(copy), copy, &config, &request);
	plan_compile(&config, &chain);
}

static void refuses_nonsense_in_a_line(void **state)
{
	char *lines[][6] = {
		{ "compose-run", "--no-such", NULL },
		{ "compose-run", "--rootfs", "/no/such/folder", NULL },
		{ "compose-run", "--rootfs", "/etc/passwd", NULL },
		{ "compose-run", "--rootfs", "/", NULL },
		{ "compose-run", "--rootfs", "/usr:rw", "--read-only", NULL },
		{ "compose-run", "-v", "nocolon", NULL },
		{ "compose-run", "-v", ":/x", NULL },
		{ "compose-run", "-v", "/usr:", NULL },
		{ "compose-run", "-v", "/usr:relative", NULL },
		{ "compose-run", "-v", "/usr:/x:zz", NULL },
		{ "compose-run", "-v", "named:/x", NULL },
		{ "compose-run", "--network", "bridge", NULL },
		{ "compose-run", "--without", "nothing", NULL },
		{ "compose-run", "--security-opt", "seccomp=", NULL },
		{ "compose-run", "--security-opt", "no-new-privileges=false", NULL },
		{ "compose-run", "--hostname", "x", "--uts", "host", NULL },
		{ "compose-run", "-w", "relative", NULL },
		{ "compose-run", "-e", "=x", NULL },
		{ "compose-run", "-e", "", NULL },
		{ "compose-run", "", NULL },
		{ "compose-run", "--memory", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct outcome outcome = outcome_of(read_line, lines[i]);

		if (outcome.status != 125 || strncmp(outcome.said, "compose-run: ", 13) != 0)
			fail_msg("%s %s: status %d, '%s'", lines[i][1], lines[i][2], outcome.status,
				 outcome.said);
		/* One line. */
		assert_ptr_equal(strchr(outcome.said, '\n'),
				 outcome.said + strlen(outcome.said) - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_layers_in_their_order),
		cmocka_unit_test(a_shell_when_nothing_is_asked_for),
		cmocka_unit_test(layers_can_be_left_out),
		cmocka_unit_test(host_namespaces_bind_what_cannot_be_mounted),
		cmocka_unit_test(an_init_is_the_last_link),
		cmocka_unit_test(capabilities_as_docker_reads_them),
		cmocka_unit_test(the_new_root_covers_no_source),
		cmocka_unit_test(prints_what_a_shell_reads_back),
		cmocka_unit_test(refuses_nonsense_in_a_line),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
