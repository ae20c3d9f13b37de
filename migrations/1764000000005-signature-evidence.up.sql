-- Policies may ask for a log and for an attestation: of a signer one signature of each evidence is kept, not only the first.
ALTER TABLE package_signature ADD COLUMN attested boolean NOT NULL DEFAULT false;
UPDATE package_signature SET attested = true WHERE kind = 'bundle' AND text LIKE '%"dsseEnvelope"%';
ALTER TABLE package_signature
  ALTER COLUMN attested DROP DEFAULT,
  DROP CONSTRAINT package_signature_pkey,
  ADD CONSTRAINT package_signature_pkey PRIMARY KEY (digest, signer_id, logged, attested);
