"""The service under test, asked over HTTP as any client asks it."""

import json
import urllib.error
import urllib.request

import service as hostile  # tests/hostile

EFFECTIVE = """effectiveConfig {
  imageName imageTag command entrypoint user workingDir restartPolicy
  ports { hostIp hostPort containerPort protocol }
  volumes { volumeType source target readOnly scope definition options }
  envVars { key value isSecret isSet text }
  labels { key value }
  healthcheck { test intervalSeconds timeoutSeconds retries startPeriodSeconds startIntervalSeconds }
  configFiles { filePath content fileMode isTemplate }
  resourceLimits { cpu memory }
  attributes { name value }
  networks { name aliases isExternal }
  dependencies { condition required restart instance { name } }
}"""


class DevArch:
    """A service on a throwaway database, and its API."""

    def __init__(self, binary):
        self.service = hostile.Service(binary, arguments=["--max-mutations", "100"])
        self.url = "http://{}:{}".format(*self.service.address)

    def close(self):
        self.service.close()

    def ask(self, query, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url + "/graphql", body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer = json.load(answer)
        except urllib.error.HTTPError as error:
            answer = json.load(error)
        if answer.get("errors"):
            raise RuntimeError(json.dumps(answer["errors"])[:2000])
        return answer["data"]

    def change(self, mutation, selection="", **given):
        """Runs one mutation; fails on user errors."""
        kind = mutation[0].upper() + mutation[1:] + "Input"
        query = f"mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code path message }} }} }}"
        found = self.ask(query, input=given)[mutation]
        if found["userErrors"]:
            raise RuntimeError(f"{mutation}: {json.dumps(found['userErrors'])}")
        return found

    def templates(self):
        """Of the catalogue and all others, with what stand-ins for their images need."""
        query = """{ templates(first: 100) { nodes { name imageName imageTag ports { containerPort protocol }
          healthcheck { test } } } }"""
        return self.ask(query)["templates"]["nodes"]

    def create(self, stack, name, template, **overrides):
        """A new instance; its global id."""
        given = dict(stack={"name": stack}, template={"name": template}, name=name, overrides=overrides)
        return self.change("createInstance", "instance { id }", **given)["instance"]["id"]

    def instances(self, stack):
        """The live instances of a stack by name, each with what it should run as; its stack stands beside it."""
        query = """query($stack: String!, $after: String) { stack(name: $stack) { id name networkName storageName enabled
          instances(first: 50, after: $after) { pageInfo { hasNextPage endCursor } nodes {
            id name containerName storageName enabled template { name } %s } } } }""" % EFFECTIVE
        found, after = {}, None
        while True:
            answer = self.ask(query, stack=stack, after=after)["stack"]
            page = answer.pop("instances")
            found.update((node["name"], dict(node, stack=answer)) for node in page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def render(self, stack, mode="FLAT", reveal=False):
        query = """query($stack: String!, $mode: ComposeMode!, $reveal: Boolean!) { stack(name: $stack) {
          compose(mode: $mode, revealSecrets: $reveal) { text override requiredVariables services { instance configHash } warnings { instance message } } } }"""
        return self.ask(query, stack=stack, mode=mode, reveal=reveal)["stack"]["compose"]

    def secret(self, stack, instance, key):
        return self.change("revealSecret", "value", instance=by_name(stack, instance), key=key)["value"]

    def free_port(self, near):
        return self.ask("query($near: Int!) { suggestHostPort(near: $near) }", near=near)["suggestHostPort"]


def by_name(stack, name):
    return {"byName": {"stack": stack, "name": name}}
