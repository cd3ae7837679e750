"""The words of LaTeX and the signs they stand for."""

from __future__ import annotations

SIGNS = dict(
    pair.split("=")
    for pair in (
        "alpha=α beta=β gamma=γ delta=δ epsilon=ε varepsilon=ε zeta=ζ eta=η theta=θ vartheta=ϑ "
        "iota=ι kappa=κ lambda=λ mu=μ nu=ν xi=ξ pi=π rho=ρ sigma=σ varsigma=ς tau=τ upsilon=υ "
        "phi=φ varphi=φ chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ "
        "Upsilon=Υ Phi=Φ Psi=Ψ Omega=Ω sum=∑ prod=∏ int=∫ iint=∬ oint=∮ partial=∂ nabla=∇ "
        "infty=∞ pm=± mp=∓ times=× div=÷ cdot=· ast=∗ star=⋆ circ=∘ bullet=• leq=≤ le=≤ geq=≥ "
        "ge=≥ neq=≠ ne=≠ approx=≈ equiv=≡ sim=∼ simeq=≃ cong=≅ propto=∝ ll=≪ gg=≫ in=∈ notin=∉ "
        "ni=∋ subset=⊂ supset=⊃ subseteq=⊆ supseteq=⊇ cup=∪ cap=∩ setminus=∖ emptyset=∅ "
        "varnothing=∅ forall=∀ exists=∃ nexists=∄ neg=¬ lnot=¬ land=∧ wedge=∧ lor=∨ vee=∨ "
        "oplus=⊕ otimes=⊗ to=→ rightarrow=→ leftarrow=← leftrightarrow=↔ Rightarrow=⇒ "
        "Leftarrow=⇐ Leftrightarrow=⇔ implies=⇒ iff=⇔ mapsto=↦ uparrow=↑ downarrow=↓ "
        "langle=⟨ rangle=⟩ lfloor=⌊ rfloor=⌋ lceil=⌈ rceil=⌉ vert=| Vert=‖ mid=| parallel=∥ "
        "perp=⊥ angle=∠ degree=° prime=′ dagger=† ldots=… dots=… cdots=⋯ vdots=⋮ ddots=⋱ "
        "hbar=ℏ ell=ℓ Re=ℜ Im=ℑ aleph=ℵ therefore=∴ because=∵ models=⊨ vdash=⊢ top=⊤ bot=⊥ "
        "quad= qquad= Box=□ square=□ triangle=△ checkmark=✓ lbrace={ rbrace=}"
    ).split()
)
SIGNS |= {",": "", ";": " ", ":": " ", "!": "", " ": " ", "\\": "; ", "quad": "  ", "qquad": "   "}
SIGNS |= {mark: mark for mark in "{}$%&#_"} | {"|": "‖"}
SILENT = frozenset(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits nolimits "
    "nonumber mathopen mathclose hline".split()
)
WORDS = frozenset(("text", "mathrm", "mathbf", "mathit", "mathsf", "textbf", "textit", "mathtt"))
WORDS |= frozenset(("operatorname", "boldsymbol", "mathcal", "mathfrak", "mbox", "textrm"))
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "overline": "\u0305", "vec": "\u20d7"}
ACCENTS |= {"dot": "\u0307", "ddot": "\u0308", "tilde": "\u0303", "underline": "\u0332"}
DOUBLE = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
RAISED = dict(zip("0123456789+-=()niaxkmjt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃˣᵏᵐʲᵗ", strict=True)) | {"T": "ᵀ"}
RAISED |= {"′": "′", "∗": "*", "−": "⁻"}
LOWERED = dict(
    zip("0123456789+-=()aeioxhklmnpstijru", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤ", strict=True)
)
LOWERED |= {"−": "₋"}
