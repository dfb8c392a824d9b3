# bench.json as a picture: bars of the medians, thin lines from the 10th to the
# 90th percentile. Each panel has a scale of its own.
def escape: gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
def hundredths: . * 100 | round / 100;
def digits: . * 100 | round | tostring | ("0" * ([3 - length, 0] | max) + .)
	| .[:-2] + "." + .[-2:];
def text(x; y; class; words): "<text x=\"\(x)\" y=\"\(y)\" class=\"\(class)\">\(words | escape)</text>";
def kind: if .id | test("^(compose-run|typed|one-)") then "ours"
	elif .id | test("^(floor|true)") then "floor" else "theirs" end;
def panel(title; g; w): {title: title, pairs: (g == "single"), rows: [.results[] | select(.group == g and .who == w)]}
	| select(.rows != []);
# Where a panel's bar stands below its first one; pairs stand together.
def place(n): n * 22 + (if .pairs then n / 2 | floor * 8 else 0 end);
# A panel's height: its title, then the bars.
def height: 52 + place(.rows | length);
240 as $left | 520 as $width
| .machine as $m
| [panel("A container, as root"; "container"; "root"),
	panel("A container, as an ordinary user"; "container"; "user"),
	panel("A typed chain, as root"; "chain"; "root"),
	panel("A typed chain, as an ordinary user"; "chain"; "user"),
	panel("One tool and its counterpart, as root"; "single"; "root")] as $panels
| (86 + ([$panels[] | height] | add)) as $tall
| "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"\($tall)\" viewBox=\"0 0 860 \($tall)\">",
"<style>text { font: 13px sans-serif; fill: #222 } .title { font-size: 15px; font-weight: bold }",
".small { font-size: 11px; fill: #666 } .label { text-anchor: end }",
".ours { fill: #1f6fb4 } .theirs { fill: #b9bec4 } .floor { fill: #6d737a }",
"line { stroke: #222; stroke-width: 1 }</style>",
"<rect width=\"860\" height=\"\($tall)\" fill=\"#fff\"/>",
text(20; 28; "title"; "One start, in milliseconds (median; the thin line: 10 % to 90 % of the starts)"),
text(20; 48; "small"; "\($m.cpu), \($m.cpus) CPUs; \($m.kernel); \($m.system); \($m.date); \($m.runs) runs"),
text(20; 64; "small"; [$m.peers | to_entries[] | "\(.key) \(.value)"] | join(", ")),
(foreach $panels[] as $p ({y: 70, next: 70}; {y: .next, next: (.next + ($p | height)), panel: $p};
	.y as $top
	| ([$p.rows[] | .median] | max) as $most
	| text(20; $top + 34; "title"; $p.title),
	($p.rows | to_entries[] | .key as $n | ($top + 46 + ($p | place($n))) as $y | .value
		| def x(ms): ([ms, $most * 1.1] | min) / $most * $width | hundredths;
		text($left - 8; $y + 13; "label"; .name | if length > 32 then .[:31] + "…" else . end),
		"<rect x=\"\($left)\" y=\"\($y)\" width=\"\(x(.median))\" height=\"17\" class=\"\(kind)\"/>",
		"<line x1=\"\($left + x(.p10))\" x2=\"\($left + x(.p90))\" y1=\"\($y + 8.5)\" y2=\"\($y + 8.5)\"/>",
		text($left + 6 + ([x(.median), x(.p90)] | max); $y + 13; "value"; .median | digits)))),
"</svg>"
