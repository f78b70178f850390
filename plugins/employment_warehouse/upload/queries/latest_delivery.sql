-- The latest delivery of a part, or of each feed of a return workbook, that has these bytes.
select distinct on (feed) delivery_id from ops.delivery
where unit = %(unit)s and report_date = %(report_date)s and sha256 = %(sha256)s
    and (feed = %(feed)s and part = %(part)s or %(feed)s = 'corrections' and kind = 'correction')
order by feed, delivery_id desc
