select file::text from ops.upload where state <> 'answered'
