// The other implementation's side of the exchange: seals and opens with the npm package age-encryption.
// It must never hold a key that is used elsewhere: the tests make one for each run.
import { readFileSync } from "node:fs";
import { Decrypter, Encrypter, Stanza, generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";

const asked = JSON.parse(readFileSync(0, "utf8"));
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const text = (data) => Buffer.from(data).toString("base64");

async function answer() {
  if (asked.verb === "identity") {
    const identity = await (asked.kind === "classic" ? generateX25519Identity() : generateHybridIdentity());
    return { identity, recipient: await identityToRecipient(identity) };
  }
  if (asked.verb === "recipient") {
    return { recipient: await identityToRecipient(asked.identity) };
  }
  if (asked.verb === "open") {
    const decrypter = new Decrypter();
    if (asked.identity) decrypter.addIdentity(asked.identity);
    else decrypter.addPassphrase(asked.passphrase);
    try {
      return { plaintext: text(await decrypter.decrypt(bytes(asked.sealed))) };
    } catch {
      return { refused: true };
    }
  }
  const encrypter = new Encrypter();
  const context = new Stanza(asked.context, new Uint8Array(0));
  encrypter.addRecipient({ wrapFileKey: () => [context] });
  for (const recipient of asked.recipients) encrypter.addRecipient(recipient);
  return { sealed: text(await encrypter.encrypt(bytes(asked.plaintext))) };
}

process.stdout.write(JSON.stringify(await answer()));
