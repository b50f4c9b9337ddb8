/** What a desk meets at its reader, apart from a reader that fails. */
export class CardMishap extends Error {
  override readonly name = "CardMishap";
  readonly code: "card-absent" | "card-other" | "card-not-written";

  constructor(code: CardMishap["code"], message: string) {
    super(message);
    this.code = code;
  }
}
