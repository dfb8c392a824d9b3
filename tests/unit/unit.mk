# The unit tests, built with the address and undefined-behavior sanitizers.
# Called from the top folder by the Makefile.
CC = gcc
CFLAGS = -O1 -g
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DVERSION='"test"' -Itools/common -Itests/unit \
	-Wall -Wextra $(SANITIZERS) $(CFLAGS)
HEADERS = $(wildcard tools/*/*.h tests/unit/*.h)
COMMON = $(filter-out %/links.c %/carrier.c,$(wildcard tools/common/*.c))
HELPERS = tests/unit/outcome.c tests/unit/reason.c
NAMES = $(patsubst tests/unit/test_%.c,%,$(wildcard tests/unit/test_*.c))

all: $(NAMES:%=build/unit/test_%)

# The files that a test looks at, besides common/. A test of a tool's setup
# includes the tool's own file, and has its kernel calls wrapped.
NS_MNT = $(filter-out %/ns-mnt.c,$(wildcard tools/ns-mnt/*.c))
SOURCES_mounts = $(NS_MNT)
SOURCES_diff = $(NS_MNT)
SOURCES_idmap = $(NS_MNT)
SOURCES_why = $(filter-out tools/cgroup/% tools/lsm/% tools/capdrop/% tools/ns-user/% tools/ns-mnt/% tools/chroot/%,$(wildcard tools/*/refusal.c))
SOURCES_refusal_cgroup = $(filter-out %/cgroup.c,$(wildcard tools/cgroup/*.c))
SOURCES_cgroup_report = $(SOURCES_refusal_cgroup)
SOURCES_cgroup_devices = $(SOURCES_refusal_cgroup)
SOURCES_refusal_ns_user = tools/ns-user/refusal.c
SOURCES_refusal_ns_net = $(filter-out %/ns-net.c,$(wildcard tools/ns-net/*.c))
SOURCES_outside = $(SOURCES_refusal_ns_net)
SOURCES_refusal_ns_mnt = $(NS_MNT)
SOURCES_refusal_chroot = tools/chroot/refusal.c tools/chroot/facts.c
SOURCES_refusal_capdrop = tools/capdrop/refusal.c tools/capdrop/sets.c
SOURCES_refusal_lsm = tools/lsm/refusal.c
SOURCES_denial = -Ibuild/lsm $(filter-out %/lsm.c,$(wildcard tools/lsm/*.c))
SOURCES_filter = $(SOURCES_denial)
SOURCES_subid = tools/ns-user/subid.c
SOURCES_sets = tools/capdrop/sets.c
SOURCES_exec = tools/capdrop/exec.c tools/capdrop/sets.c
SOURCES_compare = -Wno-unused-function $(addprefix tools/compose-run/,alike.c compare.c facts.c inside.c json.c process.c \
	roots.c rows.c who.c) tools/capdrop/sets.c tools/cgroup/find.c
SOURCES_plan = $(filter-out $(addprefix tools/compose-run/,alike.c compose-run.c compare.c facts.c inside.c limits.c json.c \
	process.c roots.c rows.c who.c draw.c picture.c manage.c enter.c detach.c store.c state.c record.c begin.c hold.c attach.c named.c pty.c walk.c sealed.c emit%.c),$(wildcard \
	tools/compose-run/*.c)) tools/ns-ipc/settings.c tools/ns-net/address.c tools/ns-net/publish.c
SOURCES_bundle = $(wildcard tools/compose-run/bundle*.c) tools/compose-run/document.c \
	tools/compose-run/strict.c tools/compose-run/config.c tools/compose-run/row.c
SOURCES_bundle_fuzz = $(SOURCES_bundle) -Wl,--wrap=_Exit
SOURCES_setup_ns_uts = tools/ns-uts/refusal.c
SOURCES_setup_chroot = tools/chroot/refusal.c tools/chroot/facts.c

LIBS_compare = -ljansson -lcap
LIBS_sets = -lcap
LIBS_plan = -lcap -ljansson
LIBS_exec = -lcap
LIBS_bundle = -lcap -ljansson
LIBS_bundle_fuzz = -lcap -ljansson
LIBS_refusal_capdrop = -lcap
LIBS_denial = -lseccomp -ljansson
LIBS_filter = $(LIBS_denial)

WRAP = unshare setns sethostname setdomainname chroot chdir mount umount2 syscall setgroups \
	setresgid setresuid uname getresuid getresgid getgroups exec_next
wrap = $(WRAP:%=-Wl,--wrap=%)

WRAP_chroot = -Wl,--wrap=readlink

# common/ is compiled once for all of them, which is most of the work. Not below
# build/unit, which is copied for each run.
common = build/sanitized/libcommon.a
$(common): $(COMMON:tools/%.c=build/sanitized/%.o)
	rm -f $@; ar rcs $@ $^
build/sanitized/%.o: tools/%.c $(HEADERS) tests/unit/unit.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

build/unit/test_setup_%: tests/unit/test_setup_%.c tests/unit/record.c $(common) $(HEADERS) $(wildcard tools/*/*.c) tests/unit/unit.mk
	@mkdir -p build/unit
	$(CC) $(ALL_CFLAGS) $(wrap) $(WRAP_$*) -o $@ $< tests/unit/record.c tests/unit/outcome.c \
		$(SOURCES_setup_$*) $(common) -lcmocka
build/unit/test_%: tests/unit/test_%.c $(HELPERS) $(common) $(HEADERS) $(wildcard tools/*/*.c) tests/unit/unit.mk
	@mkdir -p build/unit
	$(CC) $(ALL_CFLAGS) -o $@ $< $(HELPERS) \
		$(SOURCES_$*) $(common) -lcmocka $(LIBS_$*)
