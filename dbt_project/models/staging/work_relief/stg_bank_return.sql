{{ accepted_rows('bank_return') }}
