DELETE FROM package_signature s USING package_signature other
 WHERE s.digest = other.digest AND s.signer_id = other.signer_id
   AND (other.stored_at, other.logged, other.attested) < (s.stored_at, s.logged, s.attested);
ALTER TABLE package_signature
  DROP CONSTRAINT package_signature_pkey,
  DROP COLUMN attested,
  ADD CONSTRAINT package_signature_pkey PRIMARY KEY (digest, signer_id);
