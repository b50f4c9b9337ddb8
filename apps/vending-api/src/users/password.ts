import argon2, { type Algorithm } from "@node-rs/argon2";

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
const ARGON2ID = {
  algorithm: 2 satisfies Algorithm.Argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/** NIST SP 800-63B, 5.1.1.2: at least 8, no rules of composition; 10 for accounts that move money. */
export const MIN_PASSWORD_LENGTH = 10;
export const MAX_PASSWORD_LENGTH = 128;

export function hashPassword(password: string): Promise<string> {
  return argon2.hash(password, ARGON2ID);
}

export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return argon2.verify(passwordHash, password);
}

/** Why a password would be guessed first, or undefined. Length is the schema's. */
export function passwordWeakness(password: string, login: string): string | undefined {
  const typed = password.toLowerCase();
  if (typed.includes(login.toLowerCase())) return "The password contains the login";
  if (new Set(typed).size < 5) return "The password repeats too few characters";
  return undefined;
}
