/* A bundle's config.json: what it comes to, and all that must not get through:
 * it may come from anywhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../tools/cgroup/cgroup.h"
#include "../../tools/compose-run/bundle.h"
#include "unit.h"

/* Whether the machine of this test lets one make cgroups, besides those that
 * limits ask for. */
static bool cgroups;

bool cgroup_can_create(char *why, size_t size)
{
	snprintf(why, size, "%s", cgroups ? "" : "this is a test");
	return cgroups;
}

static char example[16384];

static int read_example(void **state)
{
	FILE *file = fopen("tests/unit/bundle.json", "re");
	size_t n = file ? fread(example, 1, sizeof(example) - 1, file) : 0;

	(void)state;
	example[n] = '\0';
	return n == 0 || fclose(file) != 0;
}

/* The example with one text in it replaced, which is there once. */
static char *example_with(const char *old, const char *new)
{
	char *at = strstr(example, old), *text;
	size_t size = strlen(example) + strlen(new) + 1;

	assert_non_null(at);
	assert_null(strstr(at + 1, old));
	text = malloc(size);
	assert_non_null(text);
	snprintf(text, size, "%.*s%s%s", (int)(at - example), example, new, at + strlen(old));
	return text;
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

static void compile(char *text, struct chain *chain)
{
	struct bundle bundle;

	bundle_parse("/b/config.json", text, strlen(text), &bundle);
	bundle_chain(&bundle, (char *[]){ NULL }, chain);
}

/* What compiling ends in, as one text. */
static void compile_text(void *text)
{
	struct chain chain;

	compile(text, &chain);
	for (size_t i = 0; i < chain.count; i++)
		for (size_t j = 0; j < chain.rows[i].words.count; j++)
			printf("%s ", chain.rows[i].words.word[j]);
}

static void expect_refused(char *text, const char *words)
{
	struct outcome outcome = outcome_of(compile_text, text);

	if (outcome.status != 125 || !strstr(outcome.said, words))
		fail_msg("expected status 125 and '%s', got %d: %s", words, outcome.status,
			 outcome.said);
}

static void refused(const char *old, const char *new, const char *words)
{
	char *text = example_with(old, new);

	expect_refused(text, words);
	free(text);
}

static void accepted(const char *old, const char *new, const char *words)
{
	char *text = example_with(old, new);
	struct outcome outcome = outcome_of(compile_text, text);

	if (outcome.status != 0 || !strstr(outcome.said, words))
		fail_msg("expected '%s', got status %d: %s", words, outcome.status, outcome.said);
	free(text);
}

/* ---- what it comes to ---- */

static void every_part_has_its_link(void **state)
{
	struct chain chain;
	char *text = strdup(example);

	(void)state;
	compile(text, &chain);
	assert_string_equal(link_of(&chain, "ns-user"),
			    "ns-user --uid-map 0:1000:32000 --gid-map 0:1000:32000");
	assert_string_equal(link_of(&chain, "ns-uts"),
			    "ns-uts --hostname slartibartfast --domainname magrathea");
	assert_string_equal(link_of(&chain, "ns-ipc"), "ns-ipc --sysctl kernel.shmmni=64");
	assert_string_equal(link_of(&chain, "ns-net"), "ns-net --sysctl net.ipv4.ip_forward=1");
	assert_non_null(strstr(link_of(&chain, "cgroup"),
			       "--name box --memory 536870912 --memory-swap 536870912 "
			       "--cpus 0.50000"));
	assert_non_null(strstr(link_of(&chain, "cgroup"), "--cpuset-cpus 0-1 --pids-limit 32771"));
	assert_string_equal(link_of(&chain, "env"),
			    "env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=xterm HOME=/");
	assert_string_equal(link_of(&chain, "prlimit"),
			    "prlimit --core=0:unlimited --nofile=1024:2048");
	assert_string_equal(link_of(&chain, "choom"), "choom -n 100 --");
	assert_string_equal(link_of(&chain, "--"), "-- sh -c id");
	assert_string_equal(chain.file, "/b/config.json");
	free(text);
}

static void mounts_say_all_their_flags(void **state)
{
	struct chain chain;
	char *text = strdup(example);
	const char *line;

	(void)state;
	compile(text, &chain);
	line = link_of(&chain, "ns-mnt");
	assert_non_null(strstr(line, "--root rootfs --mount type=bind,src=rootfs,dst=/,ro,nodev"));
	assert_non_null(strstr(line, "type=proc,src=proc,dst=/proc,rw,suid,nodev,exec "));
	assert_non_null(strstr(line, "type=tmpfs,src=tmpfs,dst=/dev,rw,nosuid,nodev,exec,"
				     "strictatime,mode=755,size=65536k "));
	assert_non_null(strstr(line, "type=bind,src=/tmp,dst=/data,ro,nosuid,nodev "));
	assert_non_null(strstr(line, "type=bind,src=/etc/passwd,dst=/etc/one,"
				     "bind-recursive=disabled,nodev "));
	assert_non_null(
		strstr(line, " --devices /dev --mask -/proc/kcore --remount-ro -/proc/sys"));
	free(text);
}

/* In place of the C library's: the second example is root's. */
static bool as_root;

uid_t geteuid(void)
{
	return as_root ? 0 : (uid_t)syscall(SYS_geteuid);
}

/* Compiles the second example, with the links of compose-run's own. */
static struct outcome second_example(const char *old, const char *new)
{
	static char text[16384], changed[16384];
	FILE *file = fopen("tests/unit/bundle_hooks.json", "re");
	size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	char *at;

	assert_true(n > 0 && fclose(file) == 0);
	text[n] = '\0';
	at = strstr(text, old);
	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, new,
		 at + strlen(old));
	as_root = true;
	struct outcome outcome = outcome_of(compile_text, changed);
	as_root = false;
	return outcome;
}

static void has(const struct outcome *outcome, const char *words)
{
	if (outcome->status != 0 || !strstr(outcome->said, words))
		fail_msg("expected '%s', got status %d: %s", words, outcome->status, outcome->said);
}

static void hooks_stand_in_three_places(void **state)
{
	struct outcome outcome = second_example("\"ociVersion\"", "\"ociVersion\"");

	(void)state;
	has(&outcome, "compose-run hooks --fd 9 --bundle /b --oci-version 1.2.1 --annotations "
		      "{\"com.example.key\": \"value\"} --prestart {\"path\": \"/usr/bin/fix\", "
		      "\"args\": [\"fix\", \"\"], \"env\": [\"KEY=value\"]} --prestart");
	has(&outcome,
	    "--poststart {\"path\": \"/bin/notify\", \"timeout\": 5} --poststop {\"path\": "
	    "\"/bin/clean\"} cgroup ");
	has(&outcome, "compose-run hooks --fd 9 --created --createContainer {\"path\": \"/bin/m\"} "
		      "compose-run process ");
	has(&outcome, "chroot --pivot --wd / --keep-fd 9 . ");
	has(&outcome, "compose-run hooks --fd 9 --starting --startContainer {\"path\": "
		      "\"/sbin/ldconfig\"} -- sh ");
	/* Where nobody asks again, the descriptor does not go inside. */
	outcome = second_example("\"startContainer\": [{ \"path\": \"/sbin/ldconfig\" }],\n\t\t"
				 "\"poststart\": [{ \"path\": \"/bin/notify\", \"timeout\": 5 }],",
				 "");
	has(&outcome, "--created --last --createContainer");
	has(&outcome, "chroot --pivot --wd / . ");
	if (strstr(outcome.said, "--starting"))
		fail_msg("a link too many: %s", outcome.said);
}

static void clocks_and_schedules(void **state)
{
	struct outcome outcome = second_example("\"ociVersion\"", "\"ociVersion\"");

	(void)state;
	has(&outcome, "compose-run time --monotonic 172800 --boottime -5:7 --no-fork ns-pid ");
	/* With a flag, children do not get it: so behind all that forks. */
	has(&outcome,
	    "compose-run process --personality LINUX32 --scheduler SCHED_FIFO --priority 10 "
	    "--flag SCHED_FLAG_RESET_ON_FORK --io-class IOPRIO_CLASS_IDLE --io-priority 4 "
	    "chroot ");
	outcome = second_example(", \"flags\": [\"SCHED_FLAG_RESET_ON_FORK\"]", "");
	has(&outcome, "--io-priority 4 cgroup ");
	outcome = second_example("{ \"type\": \"pid\" },", "");
	has(&outcome, "compose-run time --monotonic 172800 --boottime -5:7 ns-mnt ");
	outcome = second_example("{ \"type\": \"time\" },", "");
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "linux.timeOffsets has a value"));
	outcome = second_example("\"1.2.1\"", "\"1.1.0\"");
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "process.execCPUAffinity is not supported"));
}

static void devices_are_denied_unless_all_are_allowed(void **state)
{
	static const char rules[] = "{ \"allow\": false, \"access\": \"rwm\" },";

	(void)state;
	accepted(rules, "", "dst=/,ro,nodev ");
	accepted(rules, "{ \"allow\": true, \"access\": \"rwm\" },",
		 "type=tmpfs,src=tmpfs,dst=/dev,rw,nosuid,dev,");
	accepted(rules, "", "dst=/dev/pts,rw,nosuid,dev,noexec,newinstance");
	refused(rules, "{ \"allow\": true, \"type\": \"b\", \"major\": 8, \"access\": \"r\" },",
		"linux.resources.devices[0] is not");
	refused(rules, "{ \"allow\": true }, { \"allow\": false, \"type\": \"b\", \"major\": 8 },",
		"linux.resources.devices[1] is not");
}

static void root_has_rules_in_the_cgroup(void **state)
{
	static const char rules[] = "{ \"allow\": false, \"access\": \"rwm\" },";

	(void)state;
	as_root = true;
	cgroups = true;
	accepted(rules, "",
		 " --deny-device a --allow-device c 1:3 rwm --allow-device c *:* m "
		 "--allow-device c 1:3 rwm --allow-device c 1:5 rwm ");
	accepted(rules, rules, " --deny-device a --allow-device c 1:3 rwm ");
	accepted(rules, "", "dst=/,ro --mount");
	accepted(rules, "", "type=proc,src=proc,dst=/proc,rw,suid,dev,exec ");
	accepted(rules,
		 "{ \"allow\": false }, { \"allow\": true, \"type\": \"b\", \"major\": 8, "
		 "\"access\": \"r\" },",
		 " --deny-device a --allow-device b 8:* r ");
	/* A list of rules that begins with one for some begins with a no. */
	accepted(rules, "{ \"allow\": false, \"type\": \"c\", \"major\": 4 },",
		 " --deny-device a --deny-device c 4:* rwm --allow-device c 1:3 rwm ");
	accepted(rules, "{ \"allow\": true, \"access\": \"rwm\" },",
		 " --allow-device a --allow-device c 1:3 rwm ");
	cgroups = false;
	as_root = false;
}

static void slaves_make_the_others_private(void **state)
{
	(void)state;
	accepted(
		"[\"bind\"]", "[\"bind\", \"rslave\"]",
		"ns-mnt --propagation slave --no-symlinks --root rootfs --mount type=bind,src=rootfs,dst=/,ro,"
		"nodev,rprivate ");
	accepted("[\"bind\"]", "[\"bind\", \"rslave\"]", "disabled,nodev,rslave ");
	accepted("\"rprivate\", ", "\"slave\", ", "dst=/data,ro,nosuid,nodev,slave ");
	accepted("\"rootfsPropagation\": \"\"", "\"rootfsPropagation\": \"rslave\"",
		 "dst=/,ro,nodev --mount");
	accepted("\"rootfsPropagation\": \"\"", "\"rootfsPropagation\": \"rslave\"",
		 "dst=/data,ro,nosuid,nodev,rprivate ");
	refused("\"options\": [\"ro\"]", "\"options\": [\"slave\"]", "mounts[5].options is not");
}

/* They are mapped before ns-user, which the example has. */
static void owners_of_files(void **state)
{
	static const char bind[] = "[\"bind\"]", own[] = "[\"bind\", \"idmap\"]";
	static const char map[] =
		"[\"bind\", \"ridmap\"], \"uidMappings\": [{\"containerID\": 0, "
		"\"hostID\": 5, \"size\": 1}, {\"containerID\": 7, \"hostID\": 8, "
		"\"size\": 9}], \"gidMappings\": [{\"containerID\": 0, \"hostID\": "
		"6, \"size\": 1}]";

	(void)state;
	refused(bind, "[\"bind\"], \"uidMappings\": [1]", "mounts[4].uidMappings[0] has a value");
	refused(bind, "[\"bind\"], \"gidMappings\": [{\"containerID\": 0, \"hostID\": 5}]",
		"mounts[4].gidMappings[0].size has a value");
	if (geteuid() != 0) {
		refused(bind, own, "to show files with other owners takes root");
		return;
	}
	accepted(bind, own,
		 "ns-mnt --no-symlinks --mount type=bind,src=/etc/passwd,dst=/etc/passwd,"
		 "bind-recursive=disabled,idmap=u:0:1000:32000 g:0:1000:32000 ns-user ");
	accepted(bind, map, "idmap=u:0:5:1 u:7:8:9 g:0:6:1 ");
	refused(bind,
		"[\"bind\"], \"uidMappings\": [{\"containerID\": 0, \"hostID\": 5, \"size\": 1}]",
		"mounts[4].options has a value");
	/* Two mounts of one source, of which one is to be as it is. */
	refused("\"source\": \"/tmp\",",
		"\"source\": \"/etc\", \"uidMappings\": [{\"containerID\": 0, \"hostID\": 5, "
		"\"size\": 1}], \"gidMappings\": [{\"containerID\": 0, \"hostID\": 5, \"size\": 1}],",
		"mounts[3].source is not");
}

static void without_a_dev_there_is_one(void **state)
{
	(void)state;
	accepted("\"destination\": \"/dev\",", "\"destination\": \"/other\",", " --dev /dev ");
}

static void capabilities_come_to_what_exec_makes_of_them(void **state)
{
	struct chain chain;
	char *text = strdup(example);

	(void)state;
	compile(text, &chain);
	assert_string_equal(link_of(&chain, "capdrop"),
			    "capdrop --keep kill,net_bind_service,audit_write --inheritable kill "
			    "--ambient net_bind_service --user 1:2 --groups 5,6 --umask 0077");
	free(text);
	/* Root under no_new_privs has no more than "permitted". */
	text = example_with("\"uid\": 1,", "\"uid\": 0,");
	compile(text, &chain);
	assert_non_null(strstr(link_of(&chain, "capdrop"), "--keep kill,net_bind_service,audit_w"));
	free(text);
	text = example_with("\"noNewPrivileges\": true", "\"noNewPrivileges\": false");
	compile(text, &chain);
	assert_non_null(strstr(link_of(&chain, "capdrop"), " --allow-new-privs"));
	/* The filter comes first then, which takes CAP_SYS_ADMIN. */
	assert_string_equal(chain.rows[chain.count - 2].words.word[0], "capdrop");
	assert_string_equal(chain.rows[chain.count - 3].words.word[0], "lsm");
	free(text);
	/* "Any value which cannot be mapped ... MUST be logged as a warning". */
	accepted("[\"CAP_KILL\", \"CAP_NET_BIND_SERVICE\"]", "[\"CAP_NEW\", \"CAP_KILL\"]",
		 "process.capabilities.inheritable[0]: this kernel knows no capability CAP_NEW");
}

static void versions(void **state)
{
	(void)state;
	accepted("\"1.0.2\"", "\"1.0.2-dev\"", "cgroup");
	accepted("\"1.0.2\"", "\"1.2.0+x\"", "cgroup");
	refused("\"1.0.2\"", "\"1.3.0\"", "1.0 to 1.2 are known here");
	refused("\"1.0.2\"", "\"2.0.0\"", "OCI-VALUE");
	refused("\"1.0.2\"", "\"1.0\"", "OCI-VALUE");
	refused("\"1.0.2\"", "\"1.0.2x\"", "OCI-VALUE");
	refused("\"1.0.2\"", "\"\"", "OCI-VALUE");
	refused("\"ociVersion\": \"1.0.2\",", "", "ociVersion has a value");
}

/* ---- what is refused, by name ---- */

static void what_no_tool_does(void **state)
{
	static const char *const cases[][3] = {
		{ "\"rootfsPropagation\": \"\"", "\"intelRdt\": {\"closID\": \"a\"}",
		  "linux.intelRdt is not" },
		{ "\"rootfsPropagation\": \"\"", "\"rootfsPropagation\": \"shared\"",
		  "linux.rootfsPropagation is not" },
		{ "\"rootfsPropagation\": \"\"", "\"mountLabel\": \"a\"", "linux.mountLabel is" },
		{ "\"rootfsPropagation\": \"\"",
		  "\"devices\": [{\"path\": \"/dev/fuse\", \"type\": \"c\", \"major\": 10, "
		  "\"minor\": 1}]",
		  "linux.devices[0] is not" },
		{ "{ \"type\": \"mount\" },", "", "linux.namespaces is not" },
		{ "\"disableOOMKiller\": false", "\"disableOOMKiller\": true",
		  "linux.resources.memory.disableOOMKiller is not" },
		{ "\"type\": \"c\", \"major\": 1,", "\"type\": \"c\", \"major\": 10,",
		  "linux.resources.devices[1] is not" },
		{ "\"net.ipv4.ip_forward\"", "\"vm.swappiness\"", "[\"vm.swappiness\"] is not" },
		{ "\"ro\"] },", "\"ro\", \"tmpcopyup\"] },", "mounts[5].options is not" },
		{ "\"ro\"] },", "\"ro\", \"remount\"] },", "mounts[5].options is not" },
		{ "\"options\": [\"bind\"]", "\"options\": [\"bind\", \"rshared\"]",
		  "mounts[4].options is not" },
		{ "\"options\": [\"ro\"] },", "\"options\": [\"idmap\"] },",
		  "mounts[5].options is not" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		refused(cases[i][0], cases[i][1], cases[i][2]);
	/* What asks for nothing is there often. */
	accepted("\"terminal\": false", "\"terminal\": true", "--console /dev/console");
	accepted("\"hooks\": {}", "\"hooks\": {\"prestart\": [], \"poststop\": null}", "cgroup");
	accepted("\"rootfsPropagation\": \"\"", "\"mountLabel\": \"\", \"devices\": []", "cgroup");
	/* Docker writes it so when nobody has asked for shares. */
	accepted("\"shares\": 1024,", "\"shares\": 0,", "cgroup");
	refused("\"shares\": 1024,", "\"shares\": 1,", "linux.resources.cpu.shares has a value");
}

static void unknown_keys(void **state)
{
	(void)state;
	refused("\"hostname\":", "\"hostnam\":", "did you mean \"hostname\"");
	refused("\"hooks\": {}", "\"x\": 1", "x is unknown [OCI-KEY]");
	refused("\"limit\": 32771", "\"limit\": 1, \"limt\": 2",
		"linux.resources.pids.limt is unknown");
	/* Shown so that it can't move the cursor. */
	refused("\"hooks\": {}", "\"\\u001b[2J\": 1", "[\"\\u001B[2J\"] is unknown");
	refused("\"hooks\": {}", "\"\": 1", "[\"\"] is unknown");
	/* The one object whose keys are anybody's. */
	accepted("\"com.example.key\"", "\"anything at all\"", "cgroup");
	refused("\"com.example.key\": \"value\"", "\"a\": 1", "annotations.a has a value");
}

static void wrong_values(void **state)
{
	static const char *const cases[][3] = {
		{ "\"cwd\": \"/\"", "\"cwd\": \"x\"", "process.cwd" },
		{ "\"cwd\": \"/\",", "", "process.cwd" },
		{ "[\"sh\", \"-c\", \"id\"]", "[]", "process.args" },
		{ "[\"sh\", \"-c\", \"id\"]", "[\"\"]", "process.args" },
		{ "[\"sh\", \"-c\", \"id\"]", "[\"sh\", 1]", "process.args[1]" },
		{ "[\"sh\", \"-c\", \"id\"]", "\"sh\"", "process.args" },
		{ "\"TERM=xterm\"", "\"TERM\"", "process.env[1]" },
		{ "\"TERM=xterm\"", "\"=xterm\"", "process.env[1]" },
		/* env(1) would take these for options. */
		{ "\"TERM=xterm\"", "\"-S=x\"", "process.env[1]" },
		{ "\"uid\": 1,", "\"uid\": -1,", "process.user.uid" },
		{ "\"uid\": 1,", "\"uid\": 4294967295,", "process.user.uid" },
		{ "\"uid\": 1,", "\"uid\": 4294967296,", "process.user.uid" },
		{ "\"uid\": 1,", "\"uid\": 18446744073709551615,", "process.user.uid" },
		{ "\"uid\": 1,", "\"uid\": 1.0,", "process.user.uid" },
		{ "\"uid\": 1,", "\"uid\": \"1\",", "process.user.uid" },
		{ "\"uid\": 1,", "\"uid\": null,", "process.user.uid" },
		{ "\"umask\": 63", "\"umask\": 512", "process.user.umask" },
		{ "\"soft\": 1024", "\"soft\": 4096", "process.rlimits[1]" },
		{ "\"soft\": 1024", "\"soft\": -1", "process.rlimits[1].soft" },
		{ "RLIMIT_NOFILE", "RLIMIT_CORE", "process.rlimits[1]" },
		{ "RLIMIT_NOFILE", "RLIMIT_NOFILES", "did you mean RLIMIT_NOFILE?" },
		{ "\"oomScoreAdj\": 100", "\"oomScoreAdj\": 1001", "process.oomScoreAdj" },
		{ "[\"CAP_AUDIT_WRITE\", \"CAP_KILL\"]", "[\"CAP_CHOWN\"]",
		  "\"effective\" has a capability" },
		{ "[\"CAP_AUDIT_WRITE\", \"CAP_KILL\"]", "[\"kill\"]",
		  "capabilities.effective[0]" },
		{ "\"hostID\": 1000, \"size\": 32000 }],\n\t\t\"gid",
		  "\"hostID\": 1000, \"size\": 0 }],\n\t\t\"gid", "uidMappings[0].size" },
		{ "{ \"type\": \"user\" },", "", "linux.uidMappings" },
		{ "{ \"type\": \"ipc\" },", "", "linux.sysctl" },
		{ "{ \"type\": \"uts\" },", "", "hostname" },
		{ "{ \"type\": \"ipc\" }", "{ \"type\": \"pid\" }", "stands there twice" },
		{ "{ \"type\": \"ipc\" }", "{ \"type\": \"ipx\" }", "linux.namespaces[2]" },
		{ "{ \"type\": \"ipc\" }", "{ \"type\": \"ipc\", \"path\": \"x\" }", "[2].path" },
		{ "\"limit\": 32771", "\"limit\": 0", "linux.resources.pids.limit" },
		{ "\"limit\": 32771", "\"limit\": -2", "linux.resources.pids.limit" },
		{ "\"limit\": 536870912", "\"limit\": 0", "linux.resources.memory.limit" },
		{ "\"limit\": 536870912", "\"limit\": 536870913", "linux.resources.memory" },
		{ "\"cpus\": \"0-1\"", "\"cpus\": \"x\"", "linux.resources.cpu.cpus" },
		{ "[\"/proc/kcore\"]", "[\"proc/kcore\"]", "linux.maskedPaths[0]" },
		{ "\"rootfsPropagation\": \"\"", "\"rootfsPropagation\": \"x\"", "Propagation" },
		{ "\"seccomp\": {", "\"seccomp\": 1, \"x\": {", "linux.seccomp" },
		{ "\"hooks\": {}", "\"windows\": {}", "another system" },
		{ "\"net.ipv4.ip_forward\"", "\"net.x=y\"", "'=' in its name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		refused(cases[i][0], cases[i][1], cases[i][2]);
}

/* ns-mnt would take these for words of its own, or put them elsewhere. */
static void mounts_that_say_something_else(void **state)
{
	static const char *const cases[][3] = {
		{ "\"ro\"] },", "\"ro\", \"dst=/etc\"] },", "mounts[5].options" },
		{ "\"ro\"] },", "\"ro,src=/etc\"] },", "mounts[5].options" },
		{ "\"ro\"] },", "\"source=/etc\"] },", "mounts[5].options" },
		{ "\"ro\"] },", "\"type=bind\"] },", "mounts[5].options" },
		{ "\"ro\"] },", "\"ro,,rw\"] },", "mounts[5].options[0]" },
		{ "\"ro\"] },", "\"\"] },", "mounts[5].options[0]" },
		{ "\"ro\"] },", "\"ro,\"] },", "mounts[5].options[0]" },
		{ "\"options\": [\"bind\"]", "\"options\": [\"bind\", \"size=1\"]",
		  "mounts[4].opt" },
		{ "\"type\": \"sysfs\"", "\"type\": \"sysfs,src=/\"", "mounts[5].type" },
		{ "\"type\": \"sysfs\"", "\"type\": \"none\"", "mounts[5].type" },
		{ "\"type\": \"sysfs\"", "\"type\": \"bind\"", "mounts[5].type" },
		{ "\"source\": \"sysfs\"", "\"source\": \"a,dst=/x\"", "mounts[5].source" },
		{ "\"/etc/one\"", "\"/etc,one\"", "mounts[4].destination" },
		{ "\"/etc/one\"", "\"/etc/../one\"", "mounts[4].destination" },
		{ "\"/etc/one\"", "\"..\"", "mounts[4].destination" },
		{ "\"/etc/one\"", "\"/./\"", "mounts[4].destination" },
		{ "\"/etc/one\"", "\"\"", "mounts[4].destination" },
		/* A /proc that is none of the kernel's. */
		{ "\"type\": \"proc\"", "\"type\": \"tmpfs\"", "mounts[0].destination" },
		{ "\"/etc/one\"", "\"/proc/self/attr\"", "mounts[4].destination" },
		{ "\"/etc/one\"", "\"proc//./sys/\"", "mounts[4].destination" },
		{ "\"/etc/one\"", "\"/proc\"", "mounts[4].destination" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		refused(cases[i][0], cases[i][1], cases[i][2]);
	accepted("\"/etc/one\"", "\"/proc/uptime\"", "dst=/proc/uptime,");
	accepted("\"/etc/one\"", "\"//etc/./two/\"", "dst=/etc/two,");
}

/* ---- what is no JSON, or too much of it ---- */

static char *nested(int depth)
{
	char *deep = malloc((size_t)depth * 2 + 1), *text;

	assert_non_null(deep);
	memset(deep, '[', (size_t)depth);
	memset(deep + depth, ']', (size_t)depth);
	deep[depth * 2] = '\0';
	text = example_with("\"value\"", deep);
	free(deep);
	return text;
}

static void hostile_texts(void **state)
{
	char *text;

	(void)state;
	expect_refused((char[]){ "" }, "OCI-JSON");
	expect_refused((char[]){ "{" }, "OCI-JSON");
	expect_refused((char[]){ "\"" }, "OCI-JSON");
	expect_refused((char[]){ "\"\\" }, "OCI-JSON");
	expect_refused((char[]){ "[1]" }, "OCI-VALUE");
	expect_refused((char[]){ "{} {}" }, "OCI-JSON");
	refused("\"hooks\": {}", "\"hostname\": \"x\"", "OCI-JSON");
	refused("\"uid\": 1,", "\"uid\": 1, \"uid\": 0,", "line 6: this is no JSON: duplicate");
	refused("\"uid\": 1,", "\"uid\": 9223372036854775808,", "OCI-JSON");
	refused("\"uid\": 1,", "\"uid\": -9223372036854775808,", "line 6: the number");
	refused("\"uid\": 1,", "\"uid\": 1e400,", "OCI-JSON");
	refused("\"uid\": 1,", "\"uid\": 01,", "OCI-JSON");
	refused("\"slartibartfast\"", "\"a\\u0000b\"", "OCI-JSON");
	refused("\"slartibartfast\"", "\"\xff\"", "OCI-JSON");
	refused("\"slartibartfast\"", "\"\\ud800\"", "OCI-JSON");
	text = nested(29);
	expect_refused(text, "has a value that can't be used");
	free(text);
	text = nested(40);
	expect_refused(text, "32 deep");
	free(text);
	text = nested(100000);
	expect_refused(text, "32 deep");
	free(text);
	/* In a string, none of it counts. */
	accepted("\"value\"", "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"{{{\"", "cgroup");
	accepted("\"value\"", "\"-9223372036854775808 18446744073709551615\"", "cgroup");
}

static void parse_zero(void *unused)
{
	char text[] = "{ \"ociVersion\": \"1.0.2\"\0 }";
	struct bundle bundle;

	(void)unused;
	bundle_parse("config.json", text, sizeof(text) - 1, &bundle);
}

static void a_byte_0(void **state)
{
	struct outcome outcome = outcome_of(parse_zero, NULL);

	(void)state;
	assert_int_equal(outcome.status, 125);
	assert_non_null(strstr(outcome.said, "a byte 0"));
}

static void the_largest_number_is_no_limit(void **state)
{
	struct bundle bundle;
	char *text = strdup(example);

	(void)state;
	bundle_parse("config.json", text, strlen(text), &bundle);
	assert_string_equal(bundle.process.rlimits.word[0], "core=0:unlimited");
	assert_string_equal(bundle.process.rlimits.word[1], "nofile=1024:2048");
	free(text);
	refused("\"soft\": 1024", "\"soft\": 18446744073709551614", "OCI-JSON");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_has_its_link),
		cmocka_unit_test(mounts_say_all_their_flags),
		cmocka_unit_test(hooks_stand_in_three_places),
		cmocka_unit_test(clocks_and_schedules),
		cmocka_unit_test(devices_are_denied_unless_all_are_allowed),
		cmocka_unit_test(root_has_rules_in_the_cgroup),
		cmocka_unit_test(slaves_make_the_others_private),
		cmocka_unit_test(owners_of_files),
		cmocka_unit_test(without_a_dev_there_is_one),
		cmocka_unit_test(capabilities_come_to_what_exec_makes_of_them),
		cmocka_unit_test(versions),
		cmocka_unit_test(what_no_tool_does),
		cmocka_unit_test(unknown_keys),
		cmocka_unit_test(wrong_values),
		cmocka_unit_test(mounts_that_say_something_else),
		cmocka_unit_test(hostile_texts),
		cmocka_unit_test(a_byte_0),
		cmocka_unit_test(the_largest_number_is_no_limit),
	};

	return cmocka_run_group_tests_name("bundle", tests, read_example, NULL);
}
