"""What a Gemma 3's config.json may say beside its sizes: what changes nothing, what is served in one way only, and who else writes there.

The names are those of transformers 4 and 5, mlx-lm and mlx-vlm. A name that is in no list here may change the maths, so it is refused.
"""

# Of a text model, as transformers fills them in; mlx-lm's defaults differ.
DEFAULTS: dict[str, int | float] = {
    "vocab_size": 262_208,
    "hidden_size": 2304,
    "intermediate_size": 9216,
    "num_hidden_layers": 26,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "max_position_embeddings": 131_072,
    "rms_norm_eps": 1e-06,
    "query_pre_attn_scalar": 256,
    "sliding_window": 4096,
    "rope_theta": 1_000_000.0,
    "rope_local_base_freq": 10_000.0,
}

# By name, the values that are served, the usual one first: with any other the model would be another.
SERVED: dict[str, tuple[object, ...]] = {
    "hidden_activation": ("gelu_pytorch_tanh",),
    "hidden_act": ("gelu_pytorch_tanh", None),
    "attention_bias": (False,),
    "attn_logit_softcapping": (None,),
    "final_logit_softcapping": (None,),
    "use_bidirectional_attention": (False, None),
    "partial_rotary_factor": (1, None),
    "is_encoder_decoder": (False, None),
    "add_cross_attention": (False, None),
}

# Names that say nothing of the maths of an answer: training, tokens, images, how other software computes, and where a file came from.
INERT = frozenset(
    (
        # training
        "attention_dropout",
        "dropout",
        "hidden_dropout",
        "initializer_range",
        "gradient_checkpointing",
        "problem_type",
        "finetuning_task",
        "task_specific_params",
        "id2label",
        "label2id",
        "num_labels",
        "ignore_index",
        "pretraining_tp",
        # tokens
        "bos_token_id",
        "eos_token_id",
        "pad_token_id",
        "unk_token_id",
        "sep_token_id",
        "cls_token_id",
        "mask_token_id",
        "decoder_start_token_id",
        "tokenizer_class",
        "processor_class",
        "model_max_length",
        "prefix",
        # images
        "vision_config",
        "mm_tokens_per_image",
        "boi_token_id",
        "boi_token_index",
        "eoi_token_id",
        "eoi_token_index",
        "image_token_id",
        "image_token_index",
        "image_seq_length",
        "num_image_tokens",
        "projector_hidden_act",
        "vision_feature_layer",
        "vision_feature_select_strategy",
        # how transformers computes and gives back
        "attn_implementation",
        "experts_implementation",
        "cache_implementation",
        "chunk_size_feed_forward",
        "dtype",
        "torch_dtype",
        "use_bfloat16",
        "torchscript",
        "tf_legacy_loss",
        "output_attentions",
        "output_hidden_states",
        "output_scores",
        "return_dict",
        "return_dict_in_generate",
        "use_cache",
        "use_return_dict",
        "trust_remote_code",
        "is_decoder",
        # how answers were drawn, which generation_config.json says today
        "assistant_confidence_threshold",
        "assistant_lookbehind",
        "begin_suppress_tokens",
        "bad_words_ids",
        "diversity_penalty",
        "do_sample",
        "early_stopping",
        "encoder_no_repeat_ngram_size",
        "encoder_repetition_penalty",
        "epsilon_cutoff",
        "eta_cutoff",
        "exponential_decay_length_penalty",
        "forced_bos_token_id",
        "forced_eos_token_id",
        "length_penalty",
        "max_length",
        "max_new_tokens",
        "min_length",
        "no_repeat_ngram_size",
        "num_assistant_tokens",
        "num_assistant_tokens_schedule",
        "num_beam_groups",
        "num_beams",
        "num_return_sequences",
        "remove_invalid_values",
        "repetition_penalty",
        "suppress_tokens",
        "target_lookbehind",
        "temperature",
        "top_k",
        "top_p",
        "typical_p",
        # where it came from
        "architectures",
        "base_model_name_or_path",
        "license",
        "model_name",
        "name_or_path",
    )
)

# What begins so is a note of the software that wrote the file.
NOTES = ("_", "transformers", "unsloth_", "mlx_", "axolotl_")


def is_inert(name: str, value: object) -> bool:
    """Say whether a key changes nothing, by its name, or because it asks for nothing."""
    return name in INERT or name.startswith(NOTES) or value is None or value is False or value in ("", [], {})
