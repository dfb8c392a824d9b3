# bench.json as text.
def left(n): . + " " * ([n - length, 0] | max);
def right(n): " " * ([n - length, 0] | max) + .;
def fixed(digits): if . == null then "-" else
	(pow(10; digits) as $p | . * $p | round | tostring) as $d
	| ("0" * ([digits + 1 - ($d | length), 0] | max) + $d)
	| if digits == 0 then . else .[:-digits] + "." + .[-digits:] end end;
def short: if length > 43 then .[:42] + "…" else . end;
def group(title; g; w): [.results[] | select(.group == g and .who == w)] as $rows
	| if $rows == [] then empty else
	"", (title | left(43)) + "     ms   10 %   90 % "
		+ (if g == "container" then "/floor" else "/other" end)
		+ "  calls    KiB" + (if g == "container" then "  8 at once" else "" end),
	($rows[] | ("  " + .name | short | left(43))
		+ (.median | fixed(2) | right(7)) + (.p10 | fixed(2) | right(7)) + (.p90 | fixed(2) | right(7))
		+ (if g == "container" then .to_floor | fixed(2)
			elif .to_theirs then .to_theirs | fixed(2) else "" end | right(7))
		+ (.calls | fixed(0) | right(7)) + (.rss | fixed(0) | right(7))
		+ (if .eight_at_once then 1000 / .eight_at_once | fixed(0) + "/s" | right(11) else "" end))
	end;
.machine as $m
| "\($m.date)  \($m.cpu), \($m.cpus) CPUs; \($m.kernel); \($m.system)",
"cgroups: \($m.cgroups); load before: \($m.load_before); \($m.runs) runs of each, taking turns; medians",
(if $m.load_before > $m.cpus / 2 then "The machine was busy: the times mean little, the ratios something." else empty end),
"strata \($m.strata); "
	+ ([$m.peers + $m.tools | to_entries[] | "\(.key) \(.value)"] | join(", ")),
group("A container, as root"; "container"; "root"),
group("A container, as an ordinary user"; "container"; "user"),
group("A typed chain, as root"; "chain"; "root"),
group("A typed chain, as an ordinary user"; "chain"; "user"),
group("One tool and its counterpart, as root"; "single"; "root"),
"",
("Many in a row, ms a start" | left(43)) + "   mean  first tenth  last tenth",
(.results[] | select(.in_a_row) | ("  " + .name + ", " + .who | left(43))
	+ (.in_a_row | fixed(2) | right(7)) + (.first_tenth | fixed(2) | right(13))
	+ (.last_tenth | fixed(2) | right(12))),
"",
("Targets" | left(43)) + "measured  at most  the floor's",
(.targets[] | (if .unit == "" then 2 else 0 end) as $digits
	| ("  " + .what | left(43)) + (.value | fixed($digits) | right(8))
	+ (.most | tostring | right(9)) + (if .floor then .floor | fixed($digits) else "" end | right(13)) + "  "
	+ (if .met == null then "not measured" elif .met then "met" else "MISSED" end)),
(if .skipped == [] then empty else "", "Skipped", ("  " + .skipped[]) end),
"",
([.targets[].met] | "\(map(select(. == true)) | length) targets met, "
	+ "\(map(select(. == false)) | length) missed, \(map(select(. == null)) | length) not measured")
