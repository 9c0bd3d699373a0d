//! An authenticator of sorts: makes passkeys and answers challenges as devices do (`WebAuthn`, section 6),
//! and, where a story wants it, not as they do.

use data_encoding::BASE64URL_NOPAD;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

/// A device with one passkey, and what it says about itself.
pub(crate) struct Authenticator {
    key: KeyPair,
    pub(crate) id: Vec<u8>,
    /// Whom the passkey is for, as the server named them.
    pub(crate) owner: String,
    /// The address that its browser is at.
    pub(crate) origin: String,
    /// Whom it answers.
    pub(crate) relying_party: String,
    pub(crate) counter: u32,
    pub(crate) has_verified: bool,
}

fn base64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

impl Authenticator {
    /// One in a browser that is at an address on this machine.
    pub(crate) fn at(origin: &str, id: &str) -> Self {
        Self {
            key: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
            id: id.as_bytes().to_vec(),
            owner: String::new(),
            origin: origin.to_owned(),
            relying_party: "localhost".to_owned(),
            counter: 1,
            has_verified: true,
        }
    }

    /// What the browser says that it did.
    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        let data = json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    /// What the device says that it did.
    fn data(&self, flags: u8) -> Vec<u8> {
        let verified = if self.has_verified { USER_VERIFIED } else { 0 };
        let mut data = Sha256::digest(self.relying_party.as_bytes()).to_vec();
        data.push(USER_PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Makes the passkey that it is asked for.
    pub(crate) fn make(&mut self, options: &Value) -> String {
        self.owner = options["publicKey"]["user"]["id"].as_str().unwrap().to_owned();
        let point = self.key.der_bytes();
        let mut data = self.data(HAS_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // A COSE key: ECDSA on P-256 with its two coordinates.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).unwrap());
        attestation.extend(data);
        let response = json!({
            "clientDataJSON": base64(&self.client_data("webauthn.create", options)),
            "attestationObject": base64(&attestation),
            "transports": ["internal"],
        });
        self.credential(&response)
    }

    /// Answers a challenge.
    pub(crate) fn answer(&self, options: &Value) -> String {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(0);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let response = json!({
            "clientDataJSON": base64(&client_data),
            "authenticatorData": base64(&data),
            "signature": base64(&self.key.sign(&signed).unwrap()),
            "userHandle": self.owner,
        });
        self.credential(&response)
    }

    fn credential(&self, response: &Value) -> String {
        let id = base64(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "response": response,
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
        })
        .to_string()
    }
}
