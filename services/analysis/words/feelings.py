"""Words of praise and blame, by language: English from a well-tested lexicon, some others from lists of our own."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache

from vaderSentiment.vaderSentiment import (  # type: ignore[import-untyped]  # it has no types; ours stand around it
    BOOSTER_DICT,
    NEGATE,
    SentimentIntensityAnalyzer,
)

# Shorter ones would begin too many other words.
_STEM_CHARACTERS_MIN = 4
_NOT_FELT = 0.0


@dataclass(frozen=True, slots=True)
class Feelings:
    """`words` are worth from -4 to 4; a word before one may turn it round, or make it stronger or weaker."""

    words: Mapping[str, float]
    negations: Set[str]
    boosters: Mapping[str, float]
    # How the words of a language that bends them begin; none, where every form is in the list.
    beginnings: Set[str] = frozenset()

    def worth(self, word: str) -> float:
        """Zero, if it is neither."""
        found = self.words.get(word, _NOT_FELT)
        if found or word[:_STEM_CHARACTERS_MIN] not in self.beginnings:
            return found
        for end in range(len(word) - 1, _STEM_CHARACTERS_MIN - 1, -1):
            if found := self.words.get(word[:end], _NOT_FELT):
                break
        return found


# How those who run things speak; a process that is killed is no tragedy.
_AT_WORK = {
    "outage": -2.2, "outages": -2.2, "bug": -1.2, "bugs": -1.2, "buggy": -2.0, "regression": -1.5, "flaky": -1.6,
    "timeout": -1.0, "slow": -1.3, "unusable": -2.6, "hangs": -1.4, "crash": -1.9, "crashes": -1.9, "crashed": -1.9,
    "corrupt": -2.0, "corrupted": -2.0, "broke": -1.8, "lgtm": 1.9, "thx": 1.6, "kudos": 2.4, "+1": 1.3, "fixed": 1.3,
    "works": 1.2, "smooth": 1.4, "smoothly": 1.5, "flawless": 2.5, "flawlessly": 2.6, "kill": 0.0, "killed": 0.0,
    "kills": 0.0, "abort": 0.0, "critical": -0.6, "share": 0.0, "shared": 0.0, "no": 0.0, "please": 0.0, "well": 0.0,
    "number": 0.0, "matter": 0.0, "alert": 0.0, "charge": 0.0, "interest": 0.0, "commit": 0.0, "committed": 0.0,
}  # fmt: skip
_ENGLISH_NEGATIONS = {"no", "hardly", "barely", "stopped"}

_OWN: Mapping[str, tuple[str, str, str, str]] = {
    "de": (
        """gut gute guter gutes super toll klasse prima perfekt danke dank hervorragend ausgezeichnet freu glücklich
        zufrieden schön schnell hilfreich großartig genial spitze wunderbar zuverlässig erfolg gelöst geklappt klappt
        liebe lieben liebt begeistert top stark angenehm einwandfrei empfehl beste bester bestes nett freundlich lob""",
        """schlecht schlimm furchtbar schrecklich fehler kaputt langsam ärger nervig nervt katastroph enttäusch
        problem mist scheiße leider unzufrieden unbrauchbar abgestürzt absturz ausgefallen ausfall traurig wütend
        frust unfreundlich peinlich falsch mangel mangelhaft verloren verlust beschwer hass hasse unmöglich
        unverschämt schade kompliziert hängt abgebrochen lausig sauer dauernd unerträglich""",
        "nicht kein keine keinen keiner nie niemals ohne kaum weder",
        "sehr extrem total absolut wirklich so besonders richtig völlig mega unglaublich",
    ),
    "fr": (
        """bon bonne bien super génial parfait merci excellent content contente heureux heureuse ravi rapide utile
        formidable magnifique bravo réussi succès agréable fiable aime adore facile gentil sympa résolu meilleur beau
        belle impeccable efficace top satisfait recommande""",
        """mauvais mal nul nulle terrible horrible erreur panne cassé lent lente problème énervant déçu décevant triste
        colère catastroph inutile inutilisable plante planté échec échoué perdu perte pénible désagréable déteste
        honteux malheureusement fâché insupportable bloqué agaçant pire dommage frustrant inacceptable""",
        "pas ne n'est jamais aucun aucune sans ni rien",
        "très vraiment trop extrêmement tellement super absolument si totalement",
    ),
    "es": (
        """bueno buena bien excelente perfecto gracias genial feliz contento contenta rápido rápida útil fantástic
        maravillos éxito resuelto encanta amable fácil fiable mejor felicidades estupend increíble agradable
        satisfecho funciona recomiendo bonito""",
        """malo mala mal horrible terrible error fallo falla roto lento lenta problema triste enfadado molesto molesta
        desastre inútil inservible pésimo pésima decepcion perdido pérdida odio peor vergüenza lamentable frustrante
        inaceptable desgraciadamente caído difícil""",
        "no nunca jamás sin ningún ninguna tampoco ni",
        "muy realmente tan demasiado extremadamente totalmente súper bastante",
    ),
    "it": (
        """buono buona bene ottimo ottima perfetto perfetta grazie fantastic contento contenta felice veloce utile
        bravo bravi bravissim meraviglios successo risolto piace adoro gentile facile affidabile migliore eccellente
        bello bella splendid soddisfatt""",
        """cattivo male pessimo pessima terribile orribile errore guasto rotto lento lenta problema triste arrabbiato
        fastidios disastro inutile inutilizzabile deludente deluso deluse perso perdita odio peggio peggiore vergogna
        purtroppo frustrante inaccettabile brutto brutta""",
        "non mai nessun nessuna senza né niente",
        "molto davvero troppo estremamente così totalmente assolutamente",
    ),
    "pt": (
        """bom boa bem ótimo ótima excelente perfeito perfeita obrigado obrigada feliz contente rápido rápida útil
        fantástic maravilhos sucesso resolvido adoro adorei gosto gostei gentil fácil confiável melhor parabéns legal
        incrível satisfeit""",
        """ruim mau mal péssimo péssima terrível horrível erro falha quebrado quebrou lento lenta problema triste
        irritad chateado desastre inútil decepcion perdido perda odeio pior vergonha infelizmente frustrante
        inaceitável difícil caiu travou""",
        "não nunca jamais sem nenhum nenhuma nem",
        "muito realmente tão demais extremamente totalmente super bastante",
    ),
    "nl": (
        """goed goede super mooi mooie perfect bedankt dank geweldig uitstekend blij tevreden snel handig behulpzaam
        fantastisch prachtig succes opgelost gelukt leuk aardig makkelijk betrouwbaar beste fijn top prima heerlijk""",
        """slecht slechte verschrikkelijk vreselijk fout kapot traag langzaam probleem problemen vervelend irritant
        ramp teleurgesteld teleurstell waardeloos onbruikbaar verdrietig boos mislukt verloren verlies haat helaas
        jammer frustrer onacceptabel erger ergste storing moeilijk gecrasht""",
        "niet geen nooit zonder nauwelijks",
        "heel erg zeer echt super enorm ontzettend zo",
    ),
    "ru": (
        """хорош отличн супер прекрасн спасибо благодар замечательн рад рада доволен довольн быстро полезн удобн
        успех успешно решено исправлено нравится люблю классн круто идеальн великолепн молодец молодцы надежн надёжн
        лучш приятн починили""",
        """плохо плохой плохая ужасн ошибк сломал сломан медленн проблем раздража катастроф разочаров бесполезн
        упал упала грустн злой злит потерял потер ненавижу хуже худш сожалению жаль кошмар отвратительн невозможно
        недоволен недовольн тормозит виснет глючит""",
        "не нет ни никогда без",
        "очень крайне слишком совсем так действительно",
    ),
}
_PRAISE = 2.0
_BLAME = -2.0
_BOOST = 0.4


@cache
def feelings_in(language: str) -> Feelings | None:
    """The words of a language, or None where there is no list of them."""
    if language == "en":
        words = _english().lexicon | _AT_WORK
        boosters = {word: value for word, value in BOOSTER_DICT.items() if " " not in word}
        return Feelings(words, frozenset(NEGATE) | _ENGLISH_NEGATIONS, boosters)
    if language not in _OWN:
        return None
    praise, blame, negations, boosters_of = (words.split() for words in _OWN[language])
    words = dict.fromkeys(praise, _PRAISE) | dict.fromkeys(blame, _BLAME)
    beginnings = frozenset(word[:_STEM_CHARACTERS_MIN] for word in words)
    return Feelings(words, frozenset(negations), dict.fromkeys(boosters_of, _BOOST), beginnings)


@cache
def emoticons() -> Mapping[str, float]:
    """Of every language: `:-)` and its like."""
    return {sign: worth for sign, worth in _english().lexicon.items() if not any(map(str.isalnum, sign))}


@cache
def emoji() -> Mapping[str, float]:
    """Each is worth what the words are that describe it."""
    lexicon = _english().lexicon
    described = _english().emojis.items()
    worth = {sign: sum(lexicon.get(word, 0.0) for word in words.replace("-", " ").split()) for sign, words in described}
    return {sign: value for sign, value in worth.items() if value} | _EMOJI


# What people mean by them is not always what is to be seen.
_EMOJI = {
    "👍": 1.8, "👎": -1.8, "🎉": 2.2, "🚀": 1.5, "✅": 1.2, "❌": -1.2, "🔥": 0.6, "💥": -1.2, "🙏": 1.2,
    "💯": 1.8, "👏": 1.8, "🤦": -1.5, "😂": 1.2, "😭": -1.8, "🙌": 1.9, "💩": -1.8, "🐛": -0.8, "⚠": -0.8,
    "🚨": -1.2,
}  # fmt: skip


class _Lexicon:
    def __init__(self) -> None:
        analyser = SentimentIntensityAnalyzer()
        self.lexicon: dict[str, float] = analyser.lexicon
        self.emojis: dict[str, str] = analyser.emojis


@cache
def _english() -> _Lexicon:
    return _Lexicon()
