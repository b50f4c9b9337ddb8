export const RULES_PATH = "/rules";
export const RULE_CHANGE_PATH = "/rules/change";
