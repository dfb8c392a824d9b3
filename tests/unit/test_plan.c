/* From options to a chain, and from a chain to a line for the shell. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/cgroup/cgroup.h"
#include "../../tools/compose-run/docker.h"
#include "../../tools/compose-run/options.h"
#include "../../tools/compose-run/plan.h"
#include "../../tools/compose-run/refusal.h"
#include "../../tools/compose-run/run.h"
#include "step.h"
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
	static char *copy[48];
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

static void mounts_in_the_words_of_ns_mnt(void **state)
{
	struct chain chain;
	const char *line;

	(void)state;
	links_of((char *[]){ "compose-run", "--mount", "type=bind,src=/usr,dst=/a,readonly",
			     "--mount", "type=tmpfs,dst=/b,tmpfs-size=2k,tmpfs-mode=700",
			     "--device", "/dev/zero:/dev/z", "--device", "/dev/null:rw",
			     "--overlay", "/usr:/etc:/c", "--mount", "dst=/etc", "-v", "/no/such",
			     "--mount", "dst=/etc,volume-nocopy,ro", NULL },
		 &chain);
	line = link_of(&chain, "ns-mnt");
	assert_non_null(strstr(line, "--mount type=bind,src=/usr,dst=/a,ro,nodev "));
	assert_non_null(strstr(line, "--tmpfs /b:noexec,size=2048,mode=700 "));
	/* Without nodev, or it could not be opened. */
	assert_non_null(strstr(line, "--mount type=bind,src=/dev/zero,dst=/dev/z "));
	assert_non_null(strstr(line, "--mount type=bind,src=/dev/null,dst=/dev/null "));
	assert_non_null(strstr(line, "--overlay /usr:/etc:/c "));
	assert_non_null(strstr(line, "--overlay /etc:/etc --tmpfs /no/such:mode=755 "
				     "--tmpfs /etc:mode=755 --remount-ro /etc"));
}

static void privileged_is_all_that_docker_means(void **state)
{
	struct chain chain;
	const char *line;

	(void)state;
	assert_string_equal(links_of((char *[]){ "compose-run", "--privileged", NULL }, &chain),
			    "cgroup ns-user cgroup ns-pid ns-uts ns-ipc ns-net ns-mnt chroot "
			    "capdrop --");
	assert_non_null(strstr(link_of(&chain, "capdrop"), "--preset all"));
	assert_non_null(strstr(link_of(&chain, "capdrop"), "--allow-new-privs"));
	line = link_of(&chain, "ns-mnt");
	assert_null(strstr(line, "--mask"));
	assert_null(strstr(line, "--remount-ro"));
	assert_non_null(strstr(line, "type=sysfs,dst=/sys,rw"));
	assert_non_null(strstr(line, "type=bind,src=/dev,dst=/dev,ro"));
}

static void limits_and_settings_go_to_their_links(void **state)
{
	struct chain chain;

	(void)state;
	links_of((char *[]){ "compose-run",
			     "--ulimit",
			     "nofile=10",
			     "--ulimit",
			     "core=-1:-1",
			     "--ulimit",
			     "nofile=5:unlimited",
			     "--sysctl",
			     "net.core.somaxconn=9",
			     "--sysctl",
			     "kernel.sem=1 2 3 4",
			     "--sysctl",
			     "kernel.domainname=d",
			     "-m",
			     "64m",
			     "--memory-swap",
			     "-1",
			     "--cpuset-cpus",
			     "0-1",
			     "--pids-limit",
			     "-1",
			     "--pid-file",
			     "p",
			     NULL },
		 &chain);
	assert_string_equal(chain.rows[1].words.word[0], "prlimit");
	assert_string_equal(link_of(&chain, "prlimit"),
			    "prlimit --nofile=5:unlimited --core=unlimited:unlimited");
	assert_string_equal(
		link_of(&chain, "cgroup"),
		"cgroup --memory 64m --memory-swap max --cpuset-cpus 0-1 --pids-limit max");
	assert_string_equal(link_of(&chain, "ns-pid"), "ns-pid --pid-file p");
	assert_string_equal(link_of(&chain, "ns-uts"), "ns-uts --hostname strata --domainname d");
	assert_string_equal(link_of(&chain, "ns-ipc"), "ns-ipc --sysctl kernel.sem=1 2 3 4");
	assert_string_equal(link_of(&chain, "ns-net"), "ns-net --sysctl net.core.somaxconn=9");
}

static void a_bridge_has_somebody_outside(void **state)
{
	struct chain chain;

	(void)state;
	dry_run = true; /* also for who is not root */
	assert_non_null(strstr(links_of((char *[]){ "compose-run", "--without", "cgroup",
						    "--network", "bridge", "-p", "127.0.0.1:81:80",
						    "--publish", "53:53/udp", "--ip", "10.1.2.3",
						    "--dns", "192.0.2.1", NULL },
					&chain),
			       "ns-net ns-user ns-pid ns-uts ns-ipc ns-net ns-mnt chroot"));
	assert_string_equal(link_of(&chain, "ns-net"),
			    "ns-net --outside --bridge strata0 --ip 10.1.2.3 --publish "
			    "127.0.0.1:81:80 --publish 53:53/udp");
	if (access("/etc/resolv.conf", F_OK) == 0)
		assert_non_null(strstr(link_of(&chain, "ns-mnt"), ":nameserver 192.0.2.1 --"));
	if (access("/etc/hosts", F_OK) == 0)
		assert_non_null(strstr(link_of(&chain, "ns-mnt"), "--hosts /etc/hosts"));
	dry_run = false;
}

static void preserved_descriptors_come_before_the_profile(void **state)
{
	struct chain chain;

	(void)state;
	dup2(0, 3);
	dup2(0, 4);
	links_of((char *[]){ "compose-run", "--preserve-fds", "2", "--security-opt",
			     "seccomp=/etc/passwd", NULL },
		 &chain);
	assert_string_equal(link_of(&chain, "lsm"), "lsm --seccomp fd:5");
	assert_non_null(strstr(link_of(&chain, "chroot"), "--keep-fd 3 --keep-fd 4 --keep-fd 5"));
	close(3);
	close(4);
}

static void a_line_is_what_env_file_makes_of_it(void **state)
{
	char path[] = "/tmp/strata-env-XXXXXX";
	struct chain chain;
	const char *line;
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	setenv("FROM_OUTSIDE", "o", 1);
	fputs("\xef\xbb\xbf"
	      "A=1\r\n#B=2\n \tC= 'x' \nFROM_OUTSIDE\nFROM_NOWHERE\nD==",
	      file);
	fclose(file);
	links_of((char *[]){ "compose-run", "-e", "E=last", "--env-file", path, NULL }, &chain);
	unlink(path);
	line = link_of(&chain, "env");
	assert_non_null(strstr(line, " A=1 C= 'x'  FROM_OUTSIDE=o D== E=last"));
	assert_null(strstr(line, "B=2"));
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

/* An option that is learned leaves docker.c. */
static void no_option_is_taken_and_refused(void **state)
{
	(void)state;
	for (const struct docker_option *option = docker_options; option->name; option++) {
		char word[64], *line[] = { "compose-run", word, NULL };
		struct outcome outcome;

		snprintf(word, sizeof(word), "--%s", option->name);
		outcome = outcome_of(read_line, line);
		assert_int_equal(outcome.status, 125);
		if (!strstr(outcome.said, option->instead))
			fail_msg("%s: '%s'", word, outcome.said);
		if (!option->letter)
			continue;
		snprintf(word, sizeof(word), "-%c", option->letter);
		outcome = outcome_of(read_line, line);
		if (!strstr(outcome.said, option->instead))
			fail_msg("%s: '%s'", word, outcome.said);
	}
	assert_null(docker_instead("--no-such"));
	assert_null(docker_instead("--lin"));
	assert_null(docker_instead("-Z"));
	assert_non_null(docker_instead("--link=a:b"));
}

/* Why prlimit(2) refuses, from a state. */
static void limits_are_refused_for_a_reason(void **state)
{
	struct ulimit_facts nice = { "nice", RLIMIT_NICE, 40, { 0, 0 } };
	struct ulimit_facts open = { "nofile", RLIMIT_NOFILE, 2000000000, { 1024, 4096 } };
	struct ulimit_facts all = {
		"nofile", RLIMIT_NOFILE, RLIM_INFINITY, { RLIM_INFINITY, RLIM_INFINITY }
	};
	struct state student = { .uid = 1000 }, root = { .effective = ~0ULL };
	struct reason reason = { 0 };
	const char *call = "prlimit(0, resource, &limit, NULL)";

	(void)state;
	assert_true(compose_run_decide(call, EPERM, &student, &reason, &nice));
	assert_string_equal(reason.id, "ULIMIT-HARD");
	assert_non_null(strstr(reason.why, "you are uid 1000 without it"));
	assert_string_equal(reason.fix,
			    "ask for at most what holds:  --ulimit nice=0   or use sudo");
	assert_true(compose_run_decide(call, EPERM, &student, &reason, &open));
	assert_string_equal(reason.id, "ULIMIT-HARD");
	assert_true(compose_run_decide(call, EPERM, &root, &reason, &open));
	assert_string_equal(reason.id, "ULIMIT-OPEN");
	assert_true(compose_run_decide(call, EPERM, &student, &reason, &all));
	assert_string_equal(reason.id, "ULIMIT-OPEN");
	assert_false(compose_run_decide(call, EINVAL, &root, &reason, &open));
	assert_false(compose_run_decide("unshare(0)", EPERM, &root, &reason, &open));
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
		{ "compose-run", "--network", "bride", NULL },
		{ "compose-run", "--without", "nothing", NULL },
		{ "compose-run", "--security-opt", "seccomp=", NULL },
		{ "compose-run", "--security-opt", "no-new-privileges=false", NULL },
		{ "compose-run", "--hostname", "x", "--uts", "host", NULL },
		{ "compose-run", "-w", "relative", NULL },
		{ "compose-run", "-e", "=x", NULL },
		{ "compose-run", "-e", "", NULL },
		{ "compose-run", "", NULL },
		{ "compose-run", "--memory", NULL },
		{ "compose-run", "--mount", "type=tmpfs", NULL },
		{ "compose-run", "--mount", ",", NULL },
		{ "compose-run", "--mount", "type=,dst=/x", NULL },
		{ "compose-run", "--mount", "type=tmpfs,dst=/x,tmpfs-mode=1,bind-recursive", NULL },
		{ "compose-run", "--overlay", ":", NULL },
		{ "compose-run", "--overlay", ":/x", NULL },
		{ "compose-run", "--overlay", "/usr:", NULL },
		{ "compose-run", "--overlay", "/usr:x", NULL },
		{ "compose-run", "--overlay", "/,upper=/usr,work=/usr", NULL },
		{ "compose-run", "--device", ":", NULL },
		{ "compose-run", "--device", "/dev/null:/a:rw:x", NULL },
		{ "compose-run", "--device", "/dev/null:a:rw", NULL },
		{ "compose-run", "--ulimit", "=", NULL },
		{ "compose-run", "--ulimit", "nofile=:", NULL },
		{ "compose-run", "--ulimit", "nofile=18446744073709551616", NULL },
		{ "compose-run", "--ulimit", "nofile=-2", NULL },
		{ "compose-run", "--sysctl", "net/../kernel/panic=1", NULL },
		{ "compose-run", "--sysctl", "kernel.shmall", NULL },
		{ "compose-run", "-p", "80:x", "--network", "bridge", NULL },
		{ "compose-run", "-p", "65536:1", "--network", "bridge", NULL },
		{ "compose-run", "--dns", "localhost", "--network", "bridge", NULL },
		{ "compose-run", "--preserve-fds", "61", NULL },
		{ "compose-run", "--preserve-fds", "-1", NULL },
		{ "compose-run", "--pid-file", "p", "--pid", "host", NULL },
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

static void add_rows(void *count)
{
	/* What lies behind the rows in memory is seen by the sanitizer. */
	struct chain *chain = calloc(1, sizeof(*chain));

	assert_non_null(chain);
	for (int i = 0; i < *(int *)count; i++)
		row_add(chain, "ns-ipc", "one more");
	printf("%zu rows\n", chain->count);
}

static void too_many_links_are_an_error(void **state)
{
	int most = CHAIN_ROWS, more = CHAIN_ROWS + 1;
	struct outcome outcome = outcome_of(add_rows, &most);

	(void)state;
	assert_int_equal(outcome.status, 0);
	outcome = outcome_of(add_rows, &more);
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "the chain would have more than 48 links"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many_links_are_an_error),
		cmocka_unit_test(all_layers_in_their_order),
		cmocka_unit_test(a_shell_when_nothing_is_asked_for),
		cmocka_unit_test(layers_can_be_left_out),
		cmocka_unit_test(host_namespaces_bind_what_cannot_be_mounted),
		cmocka_unit_test(an_init_is_the_last_link),
		cmocka_unit_test(capabilities_as_docker_reads_them),
		cmocka_unit_test(the_new_root_covers_no_source),
		cmocka_unit_test(mounts_in_the_words_of_ns_mnt),
		cmocka_unit_test(privileged_is_all_that_docker_means),
		cmocka_unit_test(limits_and_settings_go_to_their_links),
		cmocka_unit_test(a_bridge_has_somebody_outside),
		cmocka_unit_test(preserved_descriptors_come_before_the_profile),
		cmocka_unit_test(a_line_is_what_env_file_makes_of_it),
		cmocka_unit_test(no_option_is_taken_and_refused),
		cmocka_unit_test(limits_are_refused_for_a_reason),
		cmocka_unit_test(prints_what_a_shell_reads_back),
		cmocka_unit_test(refuses_nonsense_in_a_line),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
