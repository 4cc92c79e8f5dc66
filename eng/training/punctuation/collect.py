"""Turns bare clones of the source repositories into plain text: OUT/<split>/<language>/<source>.txt, a paragraph a line.

Usage: collect.py CLONES OUT.  CLONES holds one bare or ordinary clone per repository, in folders named owner+name/repo.
The sources and their licences are listed in README.md.  Nothing of them is committed.
"""
import html
import io
import json
import pathlib
import random
import re
import subprocess
import sys
import zipfile

CLONES, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
CJK = ("zh", "yue", "ja")


def git(repo, *arguments, given=None):
    folder = CLONES / repo / "repo"
    if (folder / ".git").is_dir():
        folder = folder / ".git"
    return subprocess.run(["git", "-c", "core.quotepath=off", "-C", str(folder), *arguments], capture_output=True, check=False, input=given).stdout


def files(repo, pattern, limit=None):
    paths = []
    for line in git(repo, "ls-tree", "-r", "-l", "HEAD").decode().splitlines():
        head, path = line.split("\t", 1)
        if head.split()[3] != "BAD" and re.search(pattern, path.strip('"')):
            paths.append(path)
    if limit and len(paths) > limit:
        paths = random.Random(1).sample(paths, limit)
    # One process for all files: there may be tens of thousands.
    for start in range(0, len(paths), 500):
        some = [path.strip('"') for path in paths[start:start + 500]]
        answer = git(repo, "cat-file", "--batch", given="".join(f"HEAD:{path}\n" for path in some).encode())
        for path in some:
            head, answer = answer.split(b"\n", 1)
            if not head.endswith(b" missing"):
                size = int(head.split()[2])
                yield path, answer[:size]
                answer = answer[size + 1:]


def text_of(data, encoding="utf-8"):
    return data.decode(encoding, "replace").replace("\ufeff", "")


def write(split, language, source, lines, limit=None):
    folder = OUT / split / language
    folder.mkdir(parents=True, exist_ok=True)
    size = 0
    with open(folder / (source + ".txt"), "w", encoding="utf-8") as out:
        for line in lines:
            line = re.sub(r"\s+", " ", line).strip()
            if line:
                out.write(line + "\n")
                size += len(line) + 1
                if limit and size > limit:
                    break
    print(split, language, source, size, flush=True)


def tei(repo, pattern, limit=None, blocks=r"p|l|ab"):
    for _, data in files(repo, pattern, limit):
        body = text_of(data)
        start = body.find("<body")
        body = body[start if start > 0 else 0:]
        body = re.sub(r"<(note|stage|speaker|head|castList|fw|foreign)\b[^>]*>.*?</\1>", " ", body, flags=re.S)
        for match in re.finditer(rf"<({blocks})\b[^>]*>(.*?)</\1>", body, flags=re.S):
            yield html.unescape(re.sub(r"<[^>]+>", " ", match.group(2)))
        yield ""


def json_files(repo, pattern, limit=None):
    for path, data in files(repo, pattern, limit):
        if path.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    if name.endswith(".json") and "__MACOSX" not in name:
                        yield json.loads(archive.read(name))
        elif path.endswith(".jsonl"):
            for line in text_of(data).splitlines():
                yield json.loads(line)
        else:
            try:
                yield json.loads(text_of(data))
            except ValueError:
                print("skipped", path, file=sys.stderr)


def walk(node, keys):
    if isinstance(node, dict):
        for key, value in node.items():
            if key in keys and isinstance(value, str):
                yield value
            else:
                yield from walk(value, keys)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value, keys)


def strings(repo, pattern, *keys, limit=None):
    for document in json_files(repo, pattern, limit):
        yield from walk(document, keys)


def questions_and_contexts(repo, pattern):
    """Question and answer sets: a paragraph, then its questions, each a line."""
    for document in json_files(repo, pattern):
        yield from walk(document, ("context", "context_text", "question", "query_text"))


def markdown(repo, pattern, limit=None):
    for _, data in files(repo, pattern, limit):
        body = text_of(data)
        body = re.sub(r"^---\n.*?\n---\n", "", body, flags=re.S)
        body = re.sub(r"```.*?```|~~~.*?~~~|<!--.*?-->|<(script|style|pre)\b.*?</\1>", "\n", body, flags=re.S)
        for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+>]|\d+\.)\s)", body):
            block = block.strip()
            if re.match(r"#|\||!\[|<|:::|\{|import |export |`", block) or "|--" in block:
                continue
            block = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", block)
            block = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", block)
            block = re.sub(r"^\s*(?:[-*+>]|\d+\.)\s+", "", block)
            block = re.sub(r"<[^>]+>|[*_`#]", "", block)
            if len(block) > 12 and "http" not in block and not re.search(r"[{}=;<>\\$]", block):
                yield html.unescape(block)


def lines(repo, pattern, encoding="utf-8", limit=None):
    for _, data in files(repo, pattern, limit):
        yield from text_of(data, encoding).splitlines()


def wrapped(repo, pattern, encoding="utf-8"):
    """Text whose paragraphs are separated by blank lines."""
    for _, data in files(repo, pattern):
        yield from re.split(r"\n\s*\n", text_of(data, encoding).replace("\r", ""))


def aozora(limit):
    for _, data in files("aozorahack+aozorabunko_text", r"_ruby_\d+/\d+_ruby_\d+\.txt$", limit):
        body = text_of(data, "shift_jis")
        parts = re.split(r"-{20,}", body)
        body = re.split(r"底本：", parts[-1])[0]
        body = re.sub(r"《[^》]*》|［＃[^］]*］|｜|〔|〕", "", body)
        # Historical spelling differs too much from what is said today.
        if len(re.findall(r"[ゐゑ]|でせう|やうな|といふ|だらう", body)) > 4:
            continue
        yield from (line for line in body.splitlines() if len(line) > 4)


def conllu(repo, pattern, language):
    joint = "" if language in CJK else " "
    paragraph = []
    for _, data in files(repo, pattern):
        for line in text_of(data).splitlines():
            if line.startswith(("# newdoc", "# newpar")) and paragraph:
                yield joint.join(paragraph)
                paragraph = []
            elif line.startswith("# text = "):
                paragraph.append(line[9:].strip())
                if len(paragraph) >= 12:
                    yield joint.join(paragraph)
                    paragraph = []
        if paragraph:
            yield joint.join(paragraph)
            paragraph = []


def meetings():
    for document in json_files("Yale-LILY+QMSum", r"data/(Academic|Committee|Product)/(train|val|test)/.*\.json$"):
        for turn in document.get("meeting_transcripts", []):
            text = re.sub(r"\{[^}]*\}", " ", turn["content"])
            text = re.sub(r"\s+([,.?!;:])", r"\1", text)
            text = re.sub(r"\s+('(?:s|m|re|ve|ll|d|t)|n't)\b", r"\1", text)
            yield re.sub(r"\b(\w+)-(?=\s|$)", r"\1", text)


def conversations():
    """The Hong Kong Cantonese Corpus, in the files of PyCantonese."""
    for _, data in files("jacksonllee+pycantonese", r"hkcancor/.*\.cha$"):
        for match in re.finditer(r"^\*\w+:\t(.*)$", text_of(data), flags=re.M):
            yield re.sub(r"\s+", "", match.group(1).replace(" - ", " ").replace("xxx", "")).translate(str.maketrans(",.?!", "，。？！"))


def converted(table, path):
    """Simplified to traditional characters or back, by OpenCC."""
    return subprocess.run(["opencc", "-c", table + ".json", "-i", str(path)], capture_output=True, check=True).stdout.decode().splitlines()


def modern_translations():
    for _, data in files("NiuTrans+Classical-Modern", r"^双语数据/.*bitext\.txt$", 9000):
        yield "".join(line[4:] for line in text_of(data).splitlines() if line.startswith("现代文："))


def speeches():
    """Addresses to Congress and at inaugurations, works of the government of the United States."""
    for _, data in files("nltk+nltk_data", r"^packages/corpora/(state_union|inaugural)\.zip$"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name.endswith(".txt"):
                    yield from re.split(r"\n\s*\n", archive.read(name).decode("latin-1").replace("\r", ""))


def joined(text):
    """English whose tokens are separated by spaces."""
    text = re.sub(r"-LRB-.*?-RRB-|-LSB-.*?-RSB-|''|``|<unk>|` ", "", re.sub(r" ?@([-,.])@ ?", r"\1", text))
    text = re.sub(r"\s+([,.?!;:%)'])", r"\1", text)
    return re.sub(r"\s+('(?:s|m|re|ve|ll|d|t)|n't)\b", r"\1", re.sub(r"(?<=\w) - (?=\w)", "-", text))


def split_sentences():
    """Sentences of Wikipedia written as two by hand."""
    for line in lines("google-research-datasets+wiki-split", r"^(tune|validation|test)\.tsv$"):
        yield joined(line.split("\t")[-1].replace(" <::::> ", " "))


def encyclopedia():
    for line in lines("google-research-datasets+gap-coreference", r"^gap-\w+\.tsv$"):
        yield line.split("\t")[1].replace("*", "").replace("`", "")
    for document in json_files("thunlp+FewRel", r"^data/val_wiki\.json$"):
        for sentences in document.values():
            for sentence in sentences:
                yield joined(" ".join(sentence["tokens"]))
    for line in lines("pytorch+examples", r"wikitext-2/(valid|test)\.txt$"):
        if not line.strip().startswith("=") and "<unk>" not in line[:40]:
            yield joined(line)


def turns(repo, pattern, limit=None):
    """Transcripts in Markdown, `**Speaker:** what was said`."""
    for _, data in files(repo, pattern, limit):
        body = re.sub(r"^---\n.*?\n---\n", "", text_of(data), flags=re.S)
        for block in re.split(r"\n\s*\n", body):
            block = re.sub(r"^\*\*[^*]{1,60}\*\*:?|^[A-Z][\w .]{1,30}: ", "", block.strip())
            block = re.sub(r"\\?\[[^\]]*\]|<[^>]+>|\d\d:\d\d:\d\d|[\\*_`]", " ", block)
            if not re.match(r"[#|!>-]|http", block) and "http" not in block and len(block) > 8:
                yield block


def debates():
    """Meetings and interviews in Taiwan, given to the public domain by the minister who led them."""
    for _, data in files("audreyt+archive.tw", r"^20[^/]*\.(xml|md)"):
        for text in re.findall(r"<p>(.*?)</p>", text_of(data), flags=re.S):
            text = html.unescape(re.sub(r"<[^>]+>", " ", text))
            if len(re.findall("[a-z]", text)) * 3 < len(text) and "http" not in text:
                yield text


def counsel(limit):
    """Conversations with a counsellor, a turn a line."""
    for document in json_files("qiuhuachuan+smile", r"^data/\d+\.json$", limit):
        for turn in document:
            yield turn["content"]


def speeches_in_parliament():
    """Verbatim records of the Bundestag."""
    for _, data in files("simonstocker+plenarprotokolle", r"\.xml$"):
        for text in re.findall(r'<p klasse="[JO][^"]*">(.*?)</p>', text_of(data), flags=re.S):
            yield html.unescape(re.sub(r"<[^>]+>", " ", text))
    for _, data in files("Jadaju+Korpus-Plenarprotokolle", r"Protocols/GermaNER/Input/(01143|09036|18181)\.txt$"):
        for text in re.split(r"\n\s*\n", text_of(data)):
            yield re.sub(r"-\n(?=[a-zäöü])", "", text)


def news(code):
    """2000 sentences of news, translated by professionals; a few in a row make a paragraph."""
    every = list(lines("MicrosoftTranslator+NTREX", rf"^NTREX-128/newstest2019-(ref|src)\.{code}\.txt$"))
    joint = "" if code in ("zho-CN", "zho-TW", "yue", "jpn") else " "
    yield from (joint.join(every[i:i + 4]) for i in range(0, len(every), 4))


def leads(repo):
    """Raw text in the files of an annotated corpus; what stood in brackets is a sentence of its own there and left out."""
    for _, data in files(repo, r"^org/.*\.org$"):
        paragraph = []
        for head, text in re.findall(r"^# (.*)\n([^#\n].*)$", text_of(data), flags=re.M):
            if "括弧始" not in head:
                paragraph.append(text)
        yield "".join(paragraph)


def questions_and_facts():
    for line in lines("Koziev+NLP_Datasets", r"^Samples/(facts|questions)[4-7](_[12]s)?\.txt$"):
        if len(line) > 12 and re.search(r"[а-яё0-9][.?!]$", line):
            yield line


def tatoeba(code):
    yield from lines("facebookresearch+LASER", rf"^data/tatoeba/v1/tatoeba\.{code}-eng\.{code}$")


SHU = ("四世同堂 茶馆 猫城记 大波 死水微澜 广陵潮 三侠剑 且介亭杂文 呐喊 彷徨 朝花夕拾 海滨故人 象牙戒指 庐隐文集 沉沦 春风沉醉的晚上 空山灵雨 落花生 自剖 "
       "饿乡纪程 赤都心史 多余的话 二月 旧时代之死 为奴隶的母亲 三姊妹 少年漂泊者 冲出云围的月亮 满城风雨 水浒新传 落霞孤鹜 牛马走 孽海花 李家庄的变迁 小二黑结婚 "
       "邪不压正 获虎之夜 苏州夜话 名优之死 丽人行 南归 湖上的悲剧 江村小景 穆时英作品集 燕知草 归雁 四十自述 胡适家书 中国章回小说考证 容忍与自由 稻草人 不成问题的问题 "
       "文艺论ABC 傅雷家书 中国近三百年学术史 胡适留学日记 胡适致友人书 回忆鲁迅先生 小说论 玉梨魂 云海争奇记 独手丐 兵书峡").split()


def shu():
    for title in SHU:
        yield from lines("shjwudp+shu", rf"^books/近代/{title}\.txt$")


def common_voice(language, pattern=r"\.txt$", limit=None):
    every = [line for line in lines("mozilla+common-voice", rf"^server/data/{language}/(?!addresses|singleword|.*cities|.*places|DictionaryofForeign).*{pattern}") if line.strip()]
    random.Random(2).shuffle(every)
    return every[:limit]


def train():
    write("train", "en", "eltec", tei("COST-ELTeC+ELTeC-eng", r"^level1/.*xml$"), 36_000_000)
    write("train", "en", "standardebooks", tei("standardebooks+p-g-wodehouse_right-ho-jeeves", r"src/epub/text/chapter.*xhtml$"))
    write("train", "en", "standardebooks2", tei("standardebooks+agatha-christie_the-mysterious-affair-at-styles", r"src/epub/text/chapter.*xhtml$"))
    write("train", "en", "common-voice", common_voice("en"))
    write("train", "en", "meetings", meetings(), 12_000_000)
    write("train", "en", "taskmaster", strings("google-research-datasets+Taskmaster", r"TM-4-2024/data/.*json$", "text"), 6_000_000)
    write("train", "en", "schema-guided", strings("google-research-datasets+dstc8-schema-guided-dialogue", r"^train/dialogues_.*json$", "utterance", limit=60), 5_000_000)
    write("train", "en", "multiwoz", strings("thu-coai+ConvLab-2", r"data/multiwoz2?.*/(train|val|test).*\.zip$", "text"), 2_000_000)
    write("train", "en", "xquad", questions_and_contexts("deepmind+xquad", r"xquad\.en\.json$"))
    write("train", "en", "grade-school", strings("openai+grade-school-math", r"data/.*jsonl$", "question"), 2_000_000)
    write("train", "en", "docs", markdown("github+opensource.guide", r"^_articles/[^/]*\.md$"))
    write("train", "en", "topical-chat", strings("alexa+Topical-Chat", r"^conversations/(test|valid)_\w+\.json$", "message"))
    write("train", "en", "wiki-split", split_sentences())
    write("train", "en", "speeches", speeches())
    write("train", "en", "stories", (line for text in strings("nyu-mll+SQuALITY", r"^data/v1-3/txt/(train|test)\.jsonl$", "document", "question_text", "response_text") for line in re.split(r"\n\s*\n", text) if re.search(r"[.!?\"']$", line.strip())))
    write("train", "de", "mdn", markdown("mdn+translated-content-de", r"^files/de/.*\.md$", 900))
    write("train", "de", "rustbook", markdown("rust-lang-de+rustbook-de", r"^src/.*\.md$"))
    write("train", "fr", "vue", markdown("vuejs-translations+docs-fr", r"^src/.*\.md$"))
    write("train", "ru", "react", (text for text in markdown("reactjs+ru.react.dev", r"src/content/.*\.md$") if len(re.findall("[а-яё]", text)) * 2 > len(text)))
    for language, repo in (("de", "COST-ELTeC+ELTeC-deu"), ("fr", "COST-ELTeC+ELTeC-fra")):
        write("train", language, "eltec", tei(repo, r"^level1/.*xml$"), 28_000_000)
        write("train", language, "common-voice", common_voice(language))
        write("train", language, "docs", markdown("github+opensource.guide", rf"^_articles/{language}/.*\.md$"))
    write("train", "fr", "react", markdown("reactjs+fr.react.dev", r"src/content/.*\.md$"))
    write("train", "de", "plays", tei("dracor-org+gerdracor", r"^tei/.*xml$", 220), 12_000_000)
    write("train", "de", "xquad", questions_and_contexts("deepmind+xquad", r"xquad\.de\.json$"))
    write("train", "ru", "xquad", questions_and_contexts("deepmind+xquad", r"xquad\.ru\.json$"))
    write("train", "ru", "plays", tei("dracor-org+rusdracor", r"^tei/.*xml$"), 8_000_000)
    write("train", "ru", "novels", lines("JoannaBy+RussianNovels", r"^corpus/(Dosto|Tols|Tolst|Gogol|Turg|Gonch|Chek|Lesk|Saltyk|Bulgak|Kupr|Gork|Pisem|Herz|Lerm|Pushk|Grib|Belyj|Andre|Bunin|Ilf).*txt$"), 26_000_000)
    write("train", "ru", "common-voice", common_voice("ru"))
    write("train", "ru", "docs", markdown("github+opensource.guide", r"^_articles/ru/.*\.md$"))
    write("train", "ko", "kaist", conllu("UniversalDependencies+UD_Korean-Kaist", r"(dev|test)\.conllu$", "ko"))
    write("train", "ko", "klue-nli", strings("KLUE-benchmark+KLUE", r"klue-(nli|sts).*json$", "premise", "hypothesis", "sentence1", "sentence2"))
    write("train", "ko", "kornlu", (cell for row in lines("kakaobrain+KorNLUDatasets", r"(sts|xnli).*tsv$") for cell in row.split("\t")[-3:] if len(cell) > 9))
    write("train", "ko", "chat", (cell for row in lines("songys+Chatbot_data", r"ChatbotData\.csv$") for cell in row.split(",")[:2]))
    write("train", "ko", "react", markdown("reactjs+ko.react.dev", r"src/content/.*\.md$"))
    write("train", "ko", "docs", markdown("github+opensource.guide", r"^_articles/ko/.*\.md$"))
    write("train", "ko", "ethereum", markdown("inoutcode+ethereum_book", r"\.(md|asciidoc)$"))
    write("train", "ko", "common-voice", common_voice("ko"))
    write("train", "ja", "aozora", aozora(1500), 24_000_000)
    write("train", "ja", "jaquad", questions_and_contexts("SkelterLabsInc+JaQuAD", r"data/train/.*json$"), 6_000_000)
    write("train", "ja", "jglue", strings("yahoojapan+JGLUE", r"(jsquad|jcommonsenseqa|jsts).*json$", "context", "question", "sentence1", "sentence2"), 6_000_000)
    write("train", "ja", "persona-chat", strings("nu-dialogue+real-persona-chat", r"dialogues/.*json$", "text", limit=2500), 6_000_000)
    write("train", "ja", "common-voice", common_voice("ja"))
    write("train", "ja", "react", markdown("reactjs+ja.react.dev", r"src/content/.*\.md$"))
    write("train", "ja", "docs", markdown("github+opensource.guide", r"^_articles/ja/.*\.md$"))
    write("train", "zh", "shu", shu(), 60_000_000)
    write("train", "zh", "modern-translations", modern_translations(), 60_000_000)
    write("train", "zh", "luxun", lines("tallusil+luxun-novel-analysis", r"^data/combined/.*\.txt$"))
    write("train", "zh", "common-voice", common_voice("zh-CN"))
    write("train", "zh", "cmrc", questions_and_contexts("ymcui+cmrc2018", r"^data/.*json$"))
    write("train", "zh", "xquad", questions_and_contexts("deepmind+xquad", r"xquad\.zh\.json$"))
    write("train", "zh", "stories", strings("ymcui+cmrc2019", r"^data/.*json$", "context"))
    write("train", "zh", "drcd", questions_and_contexts("DRCKnowledgeTeam+DRCD", r"DRCD_(dev|test)\.json$"))
    write("train", "zh", "crosswoz", strings("thu-coai+CrossWOZ", r"data/crosswoz/(val|test)\.json\.zip$", "content"))
    write("train", "zh", "multiwoz-zh", strings("thu-coai+ConvLab-2", r"data/multiwoz_zh/(val|test)\.json\.zip$", "text", "content"))
    write("train", "zh", "kdconv", strings("thu-coai+KdConv", r"^data/(music|travel)/(dev|test)\.json$", "message"))
    for name, repo, pattern in (("javaguide", "Snailclimb+JavaGuide", r"^docs/.*\.md$"), ("javascript", "wangdoc+javascript-tutorial", r"^docs/.*\.md$"),
                                ("advanced-java", "doocs+advanced-java", r"^docs/.*\.md$"), ("rust", "KaiserY+trpl-zh-cn", r"^src/.*\.md$"),
                                ("vue", "vuejs-translations+docs-zh-cn", r"^src/.*\.md$"), ("react", "reactjs+zh-hans.react.dev", r"src/content/.*\.md$"),
                                ("d2l", "d2l-ai+d2l-zh", r"\.md$"), ("docs", "github+opensource.guide", r"^_articles/zh-han[st]/.*\.md$"), ("cook", "Anduin2017+HowToCook", r"\.md$")):
        write("train", "zh", name, markdown(repo, pattern))
    write("train", "zh", "zh-tw", common_voice("zh-TW"))
    write("train", "zh", "counsel", counsel(16000), 48_000_000)
    write("train", "zh", "debates-traditional", debates(), 60_000_000)
    write("train", "zh", "debates", converted("tw2s", OUT / "train" / "zh" / "debates-traditional.txt"))
    write("train", "zh", "news", news("zho-CN"))
    write("train", "zh", "news-tw-traditional", news("zho-TW"))
    write("train", "zh", "tales", (re.sub(r"\s|XXXXX", "", line.split("|||")[1]) for line in lines("ymcui+cmrc2017", r"^validation/.*doc_query$") if "XXXXX" not in line and line.count("|||") == 1))
    write("train", "zh", "tatoeba", tatoeba("cmn"))
    write("train", "zh", "iot", markdown("microsoft+IoT-For-Beginners", r"^translations/zh/.*\.md$"))
    write("train", "yue", "news", news("yue"))
    write("train", "yue", "tatoeba", tatoeba("yue"))
    write("train", "ja", "news", news("jpn"))
    write("train", "ja", "encyclopedia", leads("ku-nlp+WikipediaAnnotatedCorpus"))
    write("train", "ja", "meetings", strings("tsuruoka-lab+AMI-Meeting-Parallel-Corpus", r"^(dev|test)\.json$", "ja_sentence"))
    write("train", "ja", "tatoeba", tatoeba("jpn"))
    write("train", "ja", "iot", markdown("microsoft+IoT-For-Beginners", r"^translations/ja/.*\.md$"))
    write("train", "en", "podcasts", turns("thechangelog+transcripts", r"^[a-z-]+/.*\.md$", 900), 36_000_000)
    write("train", "en", "talks", turns("bitcointranscripts+bitcointranscripts", r"^[a-z-]+/.*\.md$", 500), 12_000_000)
    write("train", "en", "blog", markdown("18F+18f.gsa.gov", r"^content/posts/.*\.md$"))
    write("train", "en", "news", news("eng"))
    write("train", "en", "encyclopedia", encyclopedia())
    for language, code in (("de", "deu"), ("fr", "fra"), ("ru", "rus"), ("ko", "kor")):
        write("train", language, "news", news(code))
        write("train", language, "tatoeba", tatoeba(code))
        write("train", language, "iot", markdown("microsoft+IoT-For-Beginners", rf"^translations/{language}/.*\.md$"))
    write("train", "fr", "news-ca", news("fra-CA"))
    write("train", "de", "parliament", speeches_in_parliament())
    write("train", "ru", "questions", questions_and_facts())
    write("train", "yue", "common-voice", common_voice("zh-HK"))
    write("train", "yue", "hkcancor", conversations())
    for source in ("crosswoz", "kdconv", "multiwoz-zh", "stories", "cmrc", "luxun", "react"):
        for language, suffix in (("zh", "-traditional"), ("yue", "")):
            if language == "zh" or source in ("crosswoz", "kdconv", "multiwoz-zh"):
                write("train", language, source + suffix, converted("s2hk", OUT / "train" / "zh" / (source + ".txt")))


def test():
    ud = "UniversalDependencies+UD_"
    for language, name, repo, pattern in (
            ("en", "gum", "English-GUM", r"^en_gum-ud-(dev|test)\.conllu$"), ("en", "ewt", "English-EWT", r"^en_ewt-ud-test\.conllu$"), ("en", "pud", "English-PUD", r"^[^/]*conllu$"),
            ("zh", "pud", "Chinese-PUD", r"^[^/]*conllu$"), ("zh", "gsd", "Chinese-GSDSimp", r"(dev|test)\.conllu$"), ("zh", "hk", "Chinese-HK", r"^[^/]*conllu$"),
            ("yue", "hk", "Cantonese-HK", r"^[^/]*conllu$"), ("ja", "gsd", "Japanese-GSD", r"(dev|test)\.conllu$"), ("ko", "gsd", "Korean-GSD", r"(dev|test)\.conllu$"),
            ("ko", "pud", "Korean-PUD", r"^[^/]*conllu$"), ("de", "gsd", "German-GSD", r"(dev|test)\.conllu$"), ("de", "pud", "German-PUD", r"^[^/]*conllu$"),
            ("fr", "gsd", "French-GSD", r"(dev|test)\.conllu$"), ("fr", "pud", "French-PUD", r"^[^/]*conllu$"), ("fr", "sequoia", "French-Sequoia", r"(dev|test)\.conllu$"),
            ("ru", "gsd", "Russian-GSD", r"(dev|test)\.conllu$"), ("ru", "pud", "Russian-PUD", r"^[^/]*conllu$"), ("ru", "taiga", "Russian-Taiga", r"(dev|test)\.conllu$")):
        write("test", language, name, conllu(ud + repo, pattern, language))
    for name in ("pud", "hk"):
        write("test", "zh", name, converted("t2s", OUT / "test" / "zh" / (name + ".txt")))
    write("test", "zh", "news", (re.sub(r"\{\{[^:{}]*:([^{}]*)\}\}", r"\1", line) for line in lines("InsaneLife+ChineseNLPCorpus", r"NER/boson/origindata\.txt$")))
    write("test", "zh", "chat", strings("thu-coai+KdConv", r"^data/film/test\.json$", "message"))
    write("test", "en", "dialogsum", (re.sub(r"#Person_?\d#:?", " ", text) for text in strings("cylnlp+dialogsum", r"dialogsum\.test\.jsonl$", "dialogue")))


if __name__ == "__main__":
    test()
    train()
