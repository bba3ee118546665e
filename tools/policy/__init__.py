"""Whether a tool call may run without a person: rules of `graphdeck.toml`, trust and grants. Data, never code."""

from graphdeck.tools.policy.conditions import Json
from graphdeck.tools.policy.kept import Grant, Kept
from graphdeck.tools.policy.places import config_folder, project_file, state_folder
from graphdeck.tools.policy.policy import Policy, load_policy
from graphdeck.tools.policy.rules import Effect, Rule, RuleFile, Verdict

__all__ = [
    "Effect",
    "Grant",
    "Json",
    "Kept",
    "Policy",
    "Rule",
    "RuleFile",
    "Verdict",
    "config_folder",
    "load_policy",
    "project_file",
    "state_folder",
]
