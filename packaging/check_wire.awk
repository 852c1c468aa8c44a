# Reads the answer of `GET /db/_all_docs?include_docs=true` and checks that no `entry:` document
# has a field outside the allow-list. Prints how many entries there are; exits 1, and names
# document and field, when one has more than it may.

BEGIN {
    allowed = " _id _rev by type schema language state applicationDate recordedAt late basis" \
        " basis.type basis.date form minutes withheld commitment essence eds eds.algorithm" \
        " eds.signedAt eds.cms "
    RS = "\001"  # the whole answer is one record
}

# The next token of `text` into `token`: a string with its quotes, a mark, or a bare word.
function next_token(    end) {
    sub(/^[ \t\r\n]+/, "", text)
    if (text == "") return 0
    if (substr(text, 1, 1) == "\"") {
        if (!match(text, /^"([^"\\]|\\.)*"/)) return 0
    } else if (!match(text, /^([][{}:,]|[^][{}:,"\t\r\n ]+)/)) return 0
    token = substr(text, 1, RLENGTH)
    text = substr(text, RLENGTH + 1)
    return 1
}

function take_field(    path, i, at) {
    # Names of the open objects from below the member "doc" on; arrays have none.
    path = ""; at = 0
    for (i = 1; i <= depth; ++i) {
        if (at && member[i] != "") path = path (path == "" ? "" : ".") member[i]
        if (member[i] == "doc") at = i
    }
    if (at && path != "") fields[++field_count] = path
    if (at && path == "_id") wants_id = 1
}

function end_document(    i) {
    if (id ~ /^"entry:/) {
        ++entries
        for (i = 1; i <= field_count; ++i)
            if (index(allowed, " " fields[i] " ") == 0) {
                print id ": the field " fields[i] " may not leave" > "/dev/stderr"
                bad = 1
            }
    }
    field_count = 0; id = ""
}

{
    text = $0
    while (next_token()) {
        ++tokens
        if (token == "{" || token == "[") { kind[++depth] = token; member[depth] = ""; expecting = token == "{" }
        else if (token == "}" || token == "]") {
            if (kind[depth] == "{" && member[depth - 1] == "doc") end_document()
            --depth; expecting = 0
        }
        else if (token == ",") expecting = kind[depth] == "{"
        else if (token == ":") expecting = 0
        else if (expecting) {
            member[depth] = substr(token, 2, length(token) - 2)
            take_field()
            expecting = 0
        }
        else if (wants_id) { id = token; wants_id = 0 }
    }
}

END {
    if (tokens == 0 || depth != 0 || text ~ /[^ \t\r\n]/) {
        print "not the whole answer of _all_docs" > "/dev/stderr"
        exit 1
    }
    print entries + 0
    exit bad
}
