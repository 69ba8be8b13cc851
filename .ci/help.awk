# Lists the targets of the makefiles in groups, as wide as the terminal: what comes first, what is deployed, the rest.
# A group begins with a line `# --- Title ---`; deploy/deploy.mk is a group of its own. A target is listed if its line has `## `.

function group(title) {
    if (!(title in targets)) titles[++groups] = title
    current = title
    targets[title] = targets[title] ""
}

# The words of a text, broken between words where a line would be wider than the terminal.
function wrapped(text, indent,    words, count, i, line, lines, margin) {
    margin = sprintf("%" indent "s", "")
    count = split(text, words, " ")
    line = words[1]
    for (i = 2; i <= count; i++) {
        if (indent + length(line) + 1 + length(words[i]) > width) {
            lines = lines line "\n" margin
            line = words[i]
        } else line = line " " words[i]
    }
    return lines line
}

BEGIN { if (width < 64) width = 64 }

FNR == 1 && FILENAME ~ /deploy/ { group("Deploy") }
FNR == 1 && FILENAME !~ /deploy/ { current = "" }
/^# --- / { title = $0; sub(/^# --- /, "", title); sub(/ -+$/, "", title); group(title) }
/^[a-z-]+:.*## / {
    name = $0; sub(/:.*/, "", name)
    text = $0; sub(/.*## /, "", text)
    if (current != "") targets[current] = targets[current] sprintf("  make %-21s%s\n", name, wrapped(text, 28))
}

function show(title) { if (targets[title] != "") printf "%s%s\n%s", shown++ ? "\n" : "", title, targets[title] }

END {
    show(titles[1])
    show("Deploy")
    for (i = 2; i <= groups; i++) if (titles[i] != "Deploy") show(titles[i])
}
