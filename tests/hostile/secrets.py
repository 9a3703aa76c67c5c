#!/usr/bin/env python3
"""Plants secrets everywhere in a devarch binary with the most verbose log, and searches for them where they must not be.

    tests/hostile/secrets.py target/release/devarch

The words are looked for in the log, in every answer but those of revealSecret, in the metrics and in every file of the
working directory but the key file: the database, its write-ahead log and its index of that.
"""

import argparse
import contextlib
import json
import os
import sys

from service import Service, ask, get, graphql, post

VALUE, OTHER = "PLANTED-value-71c2", "PLANTED-other-93ab"


def env(key, value, **more):
    return {"key": key, "value": value, "isSecret": True, **more}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    options = parser.parse_args()
    os.environ.update(RUST_LOG="trace", RUST_BACKTRACE="full")
    hits, answers, keys = [], 0, []
    with contextlib.closing(Service(options.binary, catalog=False)) as service:

        def send(what, request, may_show=False):
            nonlocal answers
            answer = ask(service, request)
            answers += 1
            text = answer.head + answer.body
            for word in (VALUE, OTHER):
                if word.encode() in text and not may_show:
                    hits.append(f"the answer to {what}: {text[-300:]!r}")
            return json.loads(answer.body) if answer.body[:1] == b"{" else None

        def do(field, input_, payload="userErrors { code message path suggestion }", headers=(), may_show=False):
            kind = field[0].upper() + field[1:]
            query = f"mutation M($input: {kind}Input!) {{ {field}(input: $input) {{ {payload} }} }}"
            done = send(field, graphql(query, {"input": input_}, headers), may_show)
            return done and done.get("data") and done["data"].get(field)

        stack, template = {"name": "shop"}, {"name": "postgres"}
        instance = {"byName": {"stack": "shop", "name": "db"}}
        do("createStack", {"name": "shop"})
        do("createTemplate", {"name": "postgres", "imageName": "postgres", "envVars": [env("A", VALUE), env("B", VALUE)]})
        new = {"stack": stack, "template": template, "name": "db", "overrides": {"envVars": [env("A", OTHER), env("C", VALUE)]}}
        do("createInstance", new)
        do("setInstanceOverrides", {"instance": instance, "overrides": {"envVars": [env("A", VALUE), env("D", OTHER)]}})
        do("patchInstanceOverrides", {"instance": instance, "operations": [{"set": {"envVar": env("E", VALUE)}}, {"remove": {"envVar": "B"}}]})
        do("duplicateInstance", {"instance": instance}, "instance { name envVars { key value isSet } } warnings { message }")
        do("duplicateStack", {"stack": stack, "name": "copy"}, "stack { name } userErrors { code message }")
        do("updateTemplate", {"template": template, "envVars": [env("A", OTHER), env("F", VALUE)]})
        # Turned into a plain variable, and back, without its value.
        for secret in (False, True):
            do("patchInstanceOverrides", {"instance": instance, "operations": [{"set": {"envVar": {"key": "E", "isSecret": secret}}}]})

        # Refused, each for another reason.
        for what, variable in {
            "NUL": env("G", VALUE + "\0"),
            "too long": env("G", VALUE * 100_000),
            "bad key": env("=" + "G", VALUE),
            "a mask": env("G", "***"),
            "a number": env("G", 1) | {"isSecret": VALUE},
            "a list": env("G", [VALUE]),
            "an object": env("G", {"a": VALUE}),
            "an unknown field": env("G", VALUE, other=VALUE),
            "twice": env("A", VALUE),
        }.items():
            variables = [variable, variable] if what == "twice" else [variable]
            do("setInstanceOverrides", {"instance": instance, "overrides": {"envVars": variables}})
            do("updateTemplate", {"template": template, "envVars": variables})
            do("patchInstanceOverrides", {"instance": instance, "operations": [{"set": {"envVar": variable}}]})
            do("createInstance", new | {"name": "bad", "overrides": {"envVars": variables}})
            text = "{ " + ", ".join(f"{key}: {json.dumps(value)}" for key, value in variable.items()) + " }"
            send(f"{what} in the document", graphql(f'mutation {{ createTemplate(input: {{ name: "t", imageName: "x", envVars: [{text}] }}) {{ userErrors {{ message }} }} }}'))
        do("createInstance", new | {"name": "db"})
        do("createInstance", new | {"stack": {"name": "nowhere"}})
        do("setInstanceOverrides", {"instance": instance, "expectedRevision": 1, "overrides": {"envVars": [env("A", VALUE)]}})
        for kind in ("Int", "Boolean", "ID", "[Int!]", "StackRef", "OverrideKind", "DateTime", "EnvVarInput", "Nonsense"):
            for value in (VALUE, [VALUE], {"a": VALUE}, {"key": "A", "value": [VALUE]}):
                send(f"a variable of {kind}", graphql(f"query ($v: {kind}) {{ stacks(first: $v) {{ totalCount }} }}", {"v": value}))
                send(f"an unused variable of {kind}", graphql(f"query ($v: {kind}) {{ __typename }}", {"v": value}))
        for document in (
            f'{{ stacks(first: "{VALUE}") {{ totalCount }} }}', f'{{ stacks(enabled: "{VALUE}") {{ totalCount }} }}',
            f'{{ stacks(first: """{VALUE}""") {{ totalCount }} }}', f'{{ stack(name: ["{VALUE}"]) {{ id }} }}',
            f'{{ stack(name: {{ a: "{VALUE}" }}) {{ id }} }}', f'{{ stack(name: "{VALUE}", name: "x") {{ id }} }}',
            f'{{ "{VALUE}" }}', f'{{ stack(name: "{VALUE}) {{ id }} }}', f'"{VALUE}', f'{{ __typename @skip(if: "{VALUE}") }}',
            f'query ($a: Int = "{VALUE}") {{ stacks(first: $a) {{ totalCount }} }}', f'{{ node(id: "{VALUE}") {{ id }} }}',
            f'{{ stacks(after: "{VALUE}") {{ totalCount }} }}', f'{{ nodes(ids: ["{VALUE}"]) {{ id }} }}', f'# {VALUE}\n{{',
        ):
            send(f"the document {document[:40]}", graphql(document))
            send("the same with GET", get(document))
        for body in (f'"{VALUE}"', f'["{VALUE}"]', f'{{"query": ["{VALUE}"]}}', f'{{"query": "{{__typename}}", "variables": "{VALUE}"}}',
                     f'{{"query": "{{__typename}}", "variables": "{VALUE}', f'{{"query":"{{__typename}}", "operationName": "{VALUE}", "variables": 1}}',
                     f'{VALUE}', f'{{"query": {VALUE}}}', f'{{"query":"{{__typename}}", "extensions": "{VALUE}"}}'):
            send(f"the body {body[:40]}", post(body))
        send("variables in a URL", get("{ __typename }", variables=f'"{VALUE}"'))
        send("headers", graphql("{ __typename }", headers=[f"Cookie: {VALUE}", f"X-Request-Id: {VALUE} x", f"X-{VALUE}: a", f"Traceparent: {VALUE}", f"Accept-Language: {VALUE}"]))
        send("a path", f"GET /{VALUE}?{VALUE} HTTP/1.1\r\nHost: {VALUE}\r\n\r\n".encode())

        # What reads.
        both = "key value isSet isSecret"
        send("a page", graphql(f'{{ stacks {{ nodes {{ instances {{ nodes {{ envVars {{ {both} }} effectiveConfig {{ envVars {{ key value shadows {{ key value }} }} removed {{ key entry {{ ... on EnvVar {{ value }} }} }} }} overrideDiff {{ key from {{ ... on EnvVar {{ value }} }} to {{ ... on EnvVar {{ value }} }} }} template {{ envVars {{ {both} }} }} }} }} }} }} }}'))
        made = do("createApiKey", {"name": "ops", "role": "ADMIN"}, "token", may_show=True)
        keys.append(made["token"])
        shown = [f"Authorization: Bearer {made['token']}"]
        revealed = do("revealSecret", {"instance": instance, "key": "D"}, "value", shown, may_show=True)
        if not revealed or revealed["value"] != OTHER:
            hits.append(f"revealSecret shows {revealed}")
        for wrong in (VALUE, "Basic " + VALUE, f"Bearer {VALUE}", f"Bearer {made['token'][:-1]}x", f"Bearer {made['token']} {VALUE}"):
            send("a wrong key", graphql("{ __typename }", headers=[f"Authorization: {wrong}"]))
        do("revokeApiKey", {"name": "nobody"}, "userErrors { message }", shown)
        figures = ask(service, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").body

        with open(service.folder.name + "/devarch.db.key") as file:
            keys += [line.split()[1] for line in file if line.strip() and not line.startswith("#")]
        words = [VALUE, OTHER, *keys]
        files = {"the metrics": figures}
        for when in ("while it runs", "after the end"):
            for name in os.listdir(service.folder.name):
                if not name.endswith(".key"):
                    with open(f"{service.folder.name}/{name}", "rb") as file:
                        files[f"{name} {when}"] = file.read()
            if service.is_alive():
                code, _ = service.stop()
                hits += [f"exit code {code}"] if code else []
        for name, content in files.items():
            for word in words:
                if at := content.find(word.encode()) + 1:
                    hits.append(f"{name}: …{content[max(0, at - 120):at + 60]!r}")
        lines = files["log after the end"].count(b"\n")
        print(f"{answers} answers, {lines} lines of log, {', '.join(sorted(f'{name} ({len(content)} bytes)' for name, content in files.items()))}")
    print(f"{len(hits)} hits", *hits[:40], sep="\n  ")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
