-- Mentions of each concept by month and section. A hit counts with its confidence, so that `expected` is the number to expect,
-- and `error` its standard deviation.
select
    date_trunc('month', articles.published) as month,
    articles.section,
    keywords.keyword_id,
    count(*) as hits,
    sum(keywords.confidence) as expected,
    sqrt(sum(keywords.confidence * (1 - keywords.confidence))) as error
from {{ source('tarmim', 'keywords') }} as keywords
join {{ source('tarmim', 'articles') }} as articles using (article_id)
group by all
order by all
