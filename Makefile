# Strata. `make run` and `make test` are all that a new user needs; both
# install what is missing, or print the line that does.

VERSION = 0.1
PREFIX = /usr/local
CC = gcc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wwrite-strings
HARDENING = -fstack-protector-strong -D_FORTIFY_SOURCE=2
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Itools/common $(WARNINGS) $(HARDENING) $(CFLAGS)
LINK = $(CC) $(CFLAGS) -static -Wl,-z,relro,-z,now $(LDFLAGS)

TOOLS = ns-pid ns-uts ns-mnt ns-ipc ns-net ns-user chroot cgroup capdrop lsm
COMMON = $(filter-out %/links.c %/nolinks.c,$(wildcard tools/common/*.c))
HEADERS = $(wildcard tools/*/*.h)
common = $(COMMON:tools/%.c=build/%.o)
# The files of one tool: its own folder.
objects = $(patsubst tools/%.c,build/%.o,$(wildcard tools/$(1)/*.c))
fused = $(patsubst tools/%.c,build/fused/%.o,$(wildcard $(TOOLS:%=tools/%/*.c)))

all: $(TOOLS:%=bin/%) bin/compose-run

# Each tool is one static program that works alone, wherever it is copied.
# chroot and compose-run carry the others inside (tools/common/links.c).
define tool
bin/$(1): $(call objects,$(1)) build/libcommon.a build/common/nolinks.o
	@mkdir -p bin
	$$(LINK) -o $$@ $$^ $$(LIBS_$(1))
endef
LIBS_capdrop = -lcap
LIBS_lsm = -lseccomp -ljansson -lcap
$(foreach t,$(filter-out chroot,$(TOOLS)),$(eval $(call tool,$(t))))

bin/chroot: $(call objects,chroot) $(filter-out build/fused/chroot/%,$(fused)) build/fused/chroot/chroot.o build/common/links.o build/libcommon.a
	@mkdir -p bin
	$(LINK) -o $@ $(filter-out build/fused/%,$(call objects,chroot)) $(fused) build/common/links.o build/libcommon.a $(LIBS_lsm)

bin/compose-run: $(call objects,compose-run) $(fused) build/common/links.o build/libcommon.a
	@mkdir -p bin
	$(LINK) -o $@ $^ $(LIBS_lsm)

build/libcommon.a: $(common)
	rm -f $@; ar rcs $@ $^

-include tools/lsm/lsm.mk

build/%.o: tools/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# main() of ns-pid.c becomes ns_pid_main(), and so on.
build/fused/%.o: tools/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Dmain=$(subst -,_,$(notdir $*))_main -c -o $@ $<

clean:
	rm -rf bin build

.PHONY: all clean
